#include "calibration/ensemble.h"

#include <fmt/format.h>
#include <algorithm>
#include <numeric>
#include <set>

#include "calibration/in_parallel.h"
#include "sim/input_error.h"
#include "sim/rng.h"

namespace edgesim {

namespace {

constexpr int kAttempts = 1000;  // at a sample that has what a fit needs

struct Piece {  // readings [begin, end) of a request
  std::size_t request = 0, begin = 0, end = 0;
};

struct Sample {
  ActionData data;
  std::vector<std::size_t> request_class;
  RequestGroup requests;  // whose times and tokens it has
};

// The data of one action and how to draw from them.
class ActionSampler {
 public:
  ActionSampler(const TraceSet& traces, RequestGroup group, double interval_s, const ActionFit& fit)
      : group_(std::move(group)), data_(OnGrid(traces, group_, interval_s)), fit_(fit) {}

  bool IsIn(std::size_t session) const {
    return std::any_of(group_.begin(), group_.end(),
                       [&](const RequestTrace* r) { return r->session == session; });
  }

  Sample Draw(const std::vector<std::size_t>& sessions, WordStream& words) const {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      std::vector<Piece> pieces;
      for (const std::size_t session : sessions) DrawFrom(session, words, pieces);
      if (HasEveryClass(pieces)) return Collect(pieces);
    }
    throw InputError("too few requests of some kind to resample; fit without classes");
  }

 private:
  void DrawFrom(std::size_t session, WordStream& words, std::vector<Piece>& pieces) const {
    std::vector<std::size_t> own;
    for (std::size_t i = 0; i < group_.size(); ++i) {
      if (group_[i]->session == session) own.push_back(i);
    }
    for (std::size_t n = 0; n < own.size(); ++n) {
      const std::size_t request = own[UniformIndex(words, static_cast<std::uint32_t>(own.size()))];
      const std::size_t readings = data_.rails[0].watts[request].size();
      if (!data_.rails[0].mid_stay) {
        pieces.push_back({.request = request, .begin = 0, .end = readings});
        continue;
      }
      constexpr std::size_t kBlocks = 10, kLeastBlock = 10;
      const std::size_t block = std::min(readings, std::max(kLeastBlock, readings / kBlocks));
      for (std::size_t drawn = 0; drawn < readings; drawn += block) {
        const std::size_t begin =
            UniformIndex(words, static_cast<std::uint32_t>(readings - block + 1));
        pieces.push_back({.request = request, .begin = begin, .end = begin + block});
      }
    }
  }

  bool HasEveryClass(const std::vector<Piece>& pieces) const {
    if (fit_.classes == 1) return true;
    constexpr std::ptrdiff_t kLeast = 2;
    for (std::size_t k = 0; k < fit_.classes; ++k) {
      const auto n = std::count_if(pieces.begin(), pieces.end(), [&](const Piece& piece) {
        return fit_.request_class[piece.request] == k;
      });
      if (n < kLeast) return false;
    }
    return true;
  }

  Sample Collect(const std::vector<Piece>& pieces) const {
    Sample sample{.data = data_, .request_class = {}, .requests = {}};
    for (RailSequences& rail : sample.data.rails) rail.watts.clear();
    sample.data.seconds_per_token.clear();
    for (const Piece& piece : pieces) {
      for (std::size_t r = 0; r < data_.rails.size(); ++r) {
        const auto first = data_.rails[r].watts[piece.request].begin();
        sample.data.rails[r].watts.emplace_back(first + static_cast<std::ptrdiff_t>(piece.begin),
                                                first + static_cast<std::ptrdiff_t>(piece.end));
      }
      sample.data.seconds_per_token.push_back(data_.seconds_per_token[piece.request]);
      sample.request_class.push_back(fit_.request_class[piece.request]);
      sample.requests.push_back(group_[piece.request]);
    }
    return sample;
  }

  RequestGroup group_;
  ActionData data_;
  const ActionFit& fit_;  // must outlive this
};

std::set<std::size_t> Sessions(const TraceSet& traces) {
  std::set<std::size_t> sessions;
  for (const RequestTrace& trace : traces.requests) sessions.insert(trace.session);
  return sessions;
}

// As many sessions as there are, drawn with replacement, so that every action was recorded in one.
std::vector<std::size_t> DrawSessions(const std::set<std::size_t>& all,
                                      const std::vector<ActionSampler>& actions,
                                      WordStream& words) {
  const std::vector<std::size_t> sessions(all.begin(), all.end());
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::vector<std::size_t> drawn;
    for (std::size_t i = 0; i < sessions.size(); ++i) {
      drawn.push_back(sessions[UniformIndex(words, static_cast<std::uint32_t>(sessions.size()))]);
    }
    const auto has_some = [&](const ActionSampler& action) {
      return std::any_of(drawn.begin(), drawn.end(),
                         [&](std::size_t session) { return action.IsIn(session); });
    };
    if (std::all_of(actions.begin(), actions.end(), has_some)) return drawn;
  }
  throw InputError("too few sessions have requests of every action to resample them");
}

// Mean power of each rail while requests ran.
std::vector<double> MeanPower_w(const TraceSet& traces) {
  std::vector<double> mean_w(traces.rails.size(), 0);
  double seconds = 0;
  for (const RequestTrace& trace : traces.requests) {
    for (std::size_t r = 0; r < mean_w.size(); ++r) mean_w[r] += MeasuredEnergy(trace, r);
    seconds += trace.duration_s;
  }
  for (double& watts : mean_w) watts /= seconds;
  return mean_w;
}

// Shifts all means of a rail; none below zero.
void Shift(RailPowerModel& rail, double shift_w) {
  for (PowerClass& c : rail.classes) {
    for (HsmmState& state : c.hsmm.states) state.mean_w = std::max(0.0, state.mean_w + shift_w);
    if (c.hsmm.first_reading) {
      double& mean_w = c.hsmm.first_reading->mean_w;
      mean_w = std::max(0.0, mean_w + shift_w);
    }
  }
}

}  // namespace

std::vector<DeviceProfile> BootstrapProfiles(const TraceSet& traces, const DeviceFit& fit,
                                             const EnsembleOptions& options) {
  const std::vector<double> mean_w = MeanPower_w(traces);
  const double total_w = std::accumulate(mean_w.begin(), mean_w.end(), 0.0);
  if (!(options.session_level_sd_w >= 0 && options.session_level_sd_w <= total_w / 3)) {
    throw InputError(fmt::format(
        "a session level of {:g} W is not from 0 to a third of the mean power, {:.3g} W",
        options.session_level_sd_w, total_w / 3));
  }
  std::vector<ActionSampler> actions;
  const auto groups = ByAction(traces);
  for (std::size_t a = 0; a < groups.size(); ++a) {
    actions.emplace_back(traces, groups[a].second, fit.profile.emission_interval_s,
                         fit.actions[a].fit);
  }
  const std::set<std::size_t> sessions = Sessions(traces);
  std::vector<DeviceProfile> members(static_cast<std::size_t>(options.members), fit.profile);
  InParallel(members.size(), [&](std::size_t m) {
    DeviceProfile& profile = members[m];
    const Noise noise{.seed = options.seed,
                      .replica = static_cast<std::uint32_t>(m),
                      .episode = 0,
                      .entity = 0,
                      .phase = Phase::kBootstrap};
    WordStream session_words = noise.Words(Stream::kResample);
    const double level_w = options.session_level_sd_w * StandardNormal(session_words);
    const std::vector<std::size_t> drawn = DrawSessions(sessions, actions, session_words);
    for (std::size_t a = 0; a < actions.size(); ++a) {
      WordStream words = noise.Of(static_cast<std::uint32_t>(a + 1)).Words(Stream::kResample);
      const Sample sample = actions[a].Draw(drawn, words);
      const ActionFit refit =
          RefitAction(fit.actions[a].fit, sample.data, sample.request_class, options.control);
      ActionProfile& action = profile.actions[a];
      action.rails = refit.PowerModels();
      for (std::size_t r = 0; r < action.rails.size(); ++r) {
        action.rails[r].provenance = fit.profile.actions[a].rails[r].provenance;
        Shift(action.rails[r], level_w * mean_w[r] / total_w);
      }
      if (action.latency) action.latency = FitLatency(sample.requests, sample.request_class);
    }
    std::string how = fmt::format("; bootstrap replicate {} of {}", m + 1, members.size());
    if (options.session_level_sd_w > 0) {
      how += fmt::format(", session level {:+.3g} W drawn from N(0, {:g} W)", level_w,
                         options.session_level_sd_w);
    }
    for (auto& [key, provenance] : profile.provenance) {
      if (key == "power" || key == "latency") provenance.method += how;
    }
  });
  return members;
}

std::size_t CountSessions(const TraceSet& traces) { return Sessions(traces).size(); }

std::string ScopeOfIntervals(std::size_t sessions, double session_level_sd_w) {
  std::string scope =
      sessions == 1
          ? "Intervals hold for the recorded session"
          : fmt::format("Intervals hold for sessions like the {} recorded ones", sessions);
  if (session_level_sd_w > 0) {
    scope += fmt::format(
        ", widened by a level between sessions of {:g} W, which is assumed, not measured",
        session_level_sd_w);
  } else if (sessions == 1) {
    scope += ": what differs on another day or another board is not in them";
  }
  return scope + ".";
}

}  // namespace edgesim
