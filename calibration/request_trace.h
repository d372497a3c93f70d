// Recorded power of single requests, with the sensor's own timestamps.
#pragma once

#include <string>
#include <vector>

#include "sim/csv_table.h"

namespace edgesim {

struct RequestTrace {
  std::string action;
  std::string request;  // e.g. the question id
  double duration_s = 0;
  double output_tokens = 0;  // NaN: not known
  std::vector<double> t_s;   // since the request began, ascending; may lie outside [0, duration]
  std::vector<std::vector<double>> rail_w;  // [rail][sample]
  std::size_t session = 0;                  // which recording it is from
};

struct TraceSet {
  std::vector<std::string> rails;  // from the columns "<rail>_w"
  std::vector<RequestTrace> requests;
  // The "requests" are stretches of a recording that begin at no particular moment.
  bool mid_stay = false;
  std::vector<double> quantum_w;  // per rail, step the readings were rounded to; empty: unknown
};

// Joins a csv of samples (action, question_id, t_s, one "<rail>_w" column per rail) with one of
// requests (action, question_id, completion_tokens, duration_s). A request without samples, or
// samples without a request, is an InputError.
TraceSet JoinTraces(const CsvTable& samples, const CsvTable& requests);

// Mean sampling period; gaps above 1.5 medians do not count.
double MeanSamplingPeriod(const TraceSet& traces);

// The longest time within the request without a reading, its ends included, s.
double LongestGap(const RequestTrace& trace);

// The samples inside [0, duration] on a grid of one cell per interval. Cells the sensor skipped are
// NaN.
std::vector<double> OnGrid(const RequestTrace& trace, std::size_t rail, double interval_s);

// Trapezoid over [0, duration] of the true timestamps, both ends interpolated.
double MeasuredEnergy(const RequestTrace& trace, std::size_t rail);

}  // namespace edgesim
