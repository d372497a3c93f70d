#include "calibration/cut_requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "calibration/request_table.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

struct Cut {
  double start_s = 0, end_s = 0;  // since the recording's first sample
  std::size_t row = 0;
};

}  // namespace

TraceSet CutRequests(const PowerTrace& recording, const CsvTable& requests) {
  const std::size_t action = requests.Column("action"), request = requests.Column("question_id"),
                    tokens = requests.Column("completion_tokens"),
                    start = requests.Column("start_s"), duration = requests.Column("duration_s");
  const auto refuse = [&](std::size_t row, const std::string& what) {
    throw InputError(fmt::format("{}:{}: {}, question {}: {}", requests.name(), requests.Line(row),
                                 requests.Text(row, action), requests.Text(row, request), what));
  };
  if (requests.rows() == 0) throw InputError(requests.name() + ": no requests");
  CheckRequestNames(requests);
  std::vector<Cut> cuts;
  for (std::size_t row = 0; row < requests.rows(); ++row) {
    const double start_s = requests.Number(row, start) - recording.origin_s,
                 duration_s = requests.Number(row, duration);
    if (duration_s <= 0) refuse(row, "duration_s must be positive");
    if (start_s < recording.t_s.front() || start_s + duration_s > recording.t_s.back()) {
      refuse(row,
             fmt::format("runs from {:.3f} to {:.3f} s, but {} covers {:.3f} to {:.3f} s",
                         start_s + recording.origin_s, start_s + duration_s + recording.origin_s,
                         recording.name, recording.t_s.front() + recording.origin_s,
                         recording.t_s.back() + recording.origin_s));
    }
    cuts.push_back({.start_s = start_s, .end_s = start_s + duration_s, .row = row});
  }
  std::vector<Cut> in_time = cuts;
  std::sort(in_time.begin(), in_time.end(),
            [](const Cut& a, const Cut& b) { return a.start_s < b.start_s; });

  TraceSet set{.rails = recording.rails, .requests = {}};
  set.requests.resize(cuts.size());
  std::set<std::pair<std::string, std::string>> names;
  for (std::size_t i = 0; i < in_time.size(); ++i) {
    const Cut& cut = in_time[i];
    const double free_since_s = i == 0 ? recording.t_s.front() : in_time[i - 1].end_s;
    if (i > 0 && cut.start_s < free_since_s)
      refuse(cut.row, "begins before the one in front of it has ended");
    constexpr double kMostLead_s = 2;
    const double lead_s = std::min(kMostLead_s, (cut.start_s - free_since_s) / 2);
    RequestTrace& trace = set.requests[cut.row];
    trace = {.action = requests.Text(cut.row, action),
             .request = requests.Text(cut.row, request),
             .duration_s = cut.end_s - cut.start_s,
             .output_tokens = static_cast<double>(requests.Count(cut.row, tokens, 1)),
             .t_s = {},
             .rail_w = std::vector<std::vector<double>>(set.rails.size())};
    if (!names.emplace(trace.action, trace.request).second) refuse(cut.row, "stands twice");
    const auto first =
        std::lower_bound(recording.t_s.begin(), recording.t_s.end(), cut.start_s - lead_s);
    std::size_t inside = 0;
    for (auto at = first; at != recording.t_s.end() && *at <= cut.end_s; ++at) {
      trace.t_s.push_back(*at - cut.start_s);
      inside += *at >= cut.start_s;
      const auto sample = static_cast<std::size_t>(at - recording.t_s.begin());
      for (std::size_t r = 0; r < set.rails.size(); ++r)
        trace.rail_w[r].push_back(recording.rail_w[r][sample]);
    }
    if (inside < 2) refuse(cut.row, "fewer than two readings within its duration");
  }
  return set;
}

}  // namespace edgesim
