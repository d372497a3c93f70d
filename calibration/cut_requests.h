// Requests cut out of one recording by a table of when they ran.
#pragma once

#include "calibration/power_trace.h"
#include "calibration/request_trace.h"
#include "sim/csv_table.h"

namespace edgesim {

// `requests` has the columns action, question_id, completion_tokens, start_s and duration_s, with
// start_s on the recording's own clock (its t_s column, not the time since its first sample).
// Readings from the later half of the pause before a request, at most two seconds of it, come with
// it at negative times: they tell idle power. Throws InputError with the table's line: requests
// that overlap, that the recording does not cover from beginning to end, that stand twice, or that
// have fewer than two readings.
TraceSet CutRequests(const PowerTrace& recording, const CsvTable& requests);

}  // namespace edgesim
