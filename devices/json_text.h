#pragma once

#include <string>

namespace edgesim {

// Indented JSON text with each array of plain values on one line: a matrix then has one line per
// row.
std::string WithShortArrays(const std::string& json);

}  // namespace edgesim
