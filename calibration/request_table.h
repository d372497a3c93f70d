// What every table of requests must keep to, whatever traces it is of.
#pragma once

#include "sim/csv_table.h"

namespace edgesim {

// Throws InputError with the line where a cell of `action` or `question_id` is empty, or where an
// action's name differs from that of a line before only in case: a profile knows actions by their
// names in lower case (ProfileActionName).
void CheckRequestNames(const CsvTable& requests);

}  // namespace edgesim
