#include "calibration/trace_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "calibration/trace_quality.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

constexpr const char* kAction = "recording";

bool IsGrouped(const PowerTrace& trace) {
  return std::any_of(trace.group.begin(), trace.group.end(),
                     [](const std::string& group) { return !group.empty(); });
}

RequestTrace Nameless(std::size_t rails) {
  return {.action = kAction,
          .request = {},
          .duration_s = 0,
          .output_tokens = std::numeric_limits<double>::quiet_NaN(),
          .t_s = {},
          .rail_w = std::vector<std::vector<double>>(rails)};
}

// Requests by group, in order of first appearance; times still on the recording's clock.
std::vector<RequestTrace> Split(const PowerTrace& trace, TraceSetOptions options) {
  std::vector<RequestTrace> requests;
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < trace.t_s.size(); ++i) {
    const std::string& group = trace.group[i];
    if (group.empty()) continue;
    const auto [at, is_new] = index.emplace(group, requests.size());
    if (is_new) {
      RequestTrace request = Nameless(trace.rails.size());
      request.request = group;
      if (options.action_in_group) {
        const std::size_t slash = group.find('/');
        if (slash == 0 || slash == std::string::npos || slash + 1 == group.size()) {
          throw InputError(fmt::format("{}: t = {:.6g} s: '{}' names no action and request",
                                       trace.name, trace.t_s[i], group));
        }
        request.action = group.substr(0, slash);
        request.request = group.substr(slash + 1);
      }
      requests.push_back(std::move(request));
    }
    RequestTrace& request = requests[at->second];
    request.t_s.push_back(trace.t_s[i]);
    for (std::size_t r = 0; r < trace.rails.size(); ++r)
      request.rail_w[r].push_back(trace.rail_w[r][i]);
  }
  return requests;
}

void StartAtZero(RequestTrace& request, const std::string& recording) {
  if (request.t_s.size() < 2)
    throw InputError(
        fmt::format("{}: request '{}' has a single sample", recording, request.request));
  const double first_s = request.t_s.front();
  for (double& t : request.t_s) t -= first_s;
  request.duration_s = request.t_s.back();
}

}  // namespace

TraceSet FromRecordings(const std::vector<PowerTrace>& recordings, TraceSetOptions options,
                        std::vector<std::string>* notes) {
  if (recordings.empty()) throw InputError("no recordings");
  const PowerTrace& first = recordings.front();
  TraceSet set{.rails = first.rails, .requests = {}, .mid_stay = !IsGrouped(first)};
  std::set<std::pair<std::string, std::string>> names;
  for (std::size_t session = 0; session < recordings.size(); ++session) {
    const PowerTrace& recording = recordings[session];
    if (recording.rails != set.rails) {
      throw InputError(fmt::format("{}: has the rails {}, {} has {}", recording.name,
                                   fmt::join(recording.rails, ", "), first.name,
                                   fmt::join(set.rails, ", ")));
    }
    if (IsGrouped(recording) == set.mid_stay) {
      throw InputError(fmt::format("{}: {} groups, but {} {}", recording.name,
                                   set.mid_stay ? "has" : "has no", first.name,
                                   set.mid_stay ? "has none" : "has"));
    }
    RefuseMisleading(recording);
    const PowerTrace trace = WithoutHeldValues(recording);
    RefuseMisleading(trace);
    if (notes != nullptr) {
      for (const std::string& note : trace.notes) notes->push_back(trace.name + ": " + note);
    }
    set.quantum_w.resize(set.rails.size());
    for (std::size_t r = 0; r < set.rails.size(); ++r) {
      const double quantum_w = AssessRail(recording.t_s, recording.rail_w[r]).quantum_w;
      set.quantum_w[r] = std::max(set.quantum_w[r], quantum_w);
    }
    std::vector<RequestTrace> requests;
    if (set.mid_stay) {
      requests.push_back(Nameless(set.rails.size()));
      requests.back().request = trace.name;
      requests.back().t_s = trace.t_s;
      requests.back().rail_w = trace.rail_w;
    } else {
      requests = Split(trace, options);
    }
    for (RequestTrace& request : requests) {
      StartAtZero(request, trace.name);
      if (!set.mid_stay && !options.action_in_group && recordings.size() > 1)
        request.request = trace.name + ": " + request.request;
      if (!names.emplace(request.action, request.request).second) {
        throw InputError(fmt::format("{}: request '{}' of {} stands in another recording too",
                                     trace.name, request.request, request.action));
      }
      request.session = session;
      set.requests.push_back(std::move(request));
    }
  }
  return set;
}

}  // namespace edgesim
