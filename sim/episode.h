// One budget period of one device under one policy: READ THIS FIRST, then episode.cc.
//
//   Episode episode(world, noise);
//   while (auto seen = episode.AdvanceToDecision()) episode.Decide(choose(*seen));
//   EpisodeRecord record = episode.Finish();
//
// docs/semantics.md states what happens at equal times, at the budget's end and at the horizon.
#pragma once

#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/answer_model.h"
#include "sim/device.h"
#include "sim/energy_meter.h"
#include "sim/episode_record.h"
#include "sim/event_queue.h"
#include "sim/limits.h"
#include "sim/policy.h"
#include "sim/workload.h"

namespace edgesim {

// Everything constant. The parts are owned by whoever built the experiment and outlive the episode.
struct World {
  const Device* device = nullptr;
  const Workload* workload = nullptr;
  const AnswerModel* answers = nullptr;
  Limits limits;
  bool class_observed = true;  // false: every observation says class 0
  // Positions in the action table that mean kReject and kDefer; null where they are not offered.
  std::optional<ActionId> reject, defer;
  double exceedance_reward = 0;  // added to that of a completed request that exceeded the cap
};

// All that changes. A function of (world, noise, decisions): same key, same record.
class Episode {
 public:
  Episode(const World& world, const Noise& noise);

  // Runs to the next decision; null when the episode has ended.
  std::optional<Observation> AdvanceToDecision();

  // Dispatches, rejects or defers the request just observed. Call exactly once after each
  // observation.
  void Decide(ActionId action);

  // The last decision with its outcome, once that is complete: after the next AdvanceToDecision.
  std::optional<Transition> TakeTransition();

  // Call after AdvanceToDecision has returned null.
  EpisodeRecord Finish();

 private:
  // One until there are fleets; several servers would need their power metered together.
  struct Server {
    bool busy = false;
    Execution execution;  // of the running request
    Metered run;          // how far it will get
    double reward = 0;    // it will earn on completion
    std::size_t row = 0;  // its row in the record
  };

  Server* IdleServer();
  void Dispatch(const Request& request, ActionId action);
  void RecordRejected(const Request& request, ActionId action);
  void AfterRequest(const Request& request);
  void Recall();
  Observation Observe() const;
  bool AdvanceTo(SimTime time);
  void ScheduleRequest(std::uint32_t index, SimTime previous);
  void ScheduleIdleCrossing();
  void OnArrival(std::uint32_t index);
  void OnCompletion(Server& server);
  void CutRunning(double reward);
  void Release(Server& server, double reward);
  void End(EndReason reason);

  const World& world_;
  Noise noise_;
  EventQueue queue_;
  EnergyMeter meter_;
  std::vector<Server> servers_{1};
  std::deque<Request> waiting_;
  std::deque<Request> deferred_;         // not offered before the next arrival or completion
  std::optional<Request> next_request_;  // scheduled, not yet arrived
  SimTime now_{};
  std::uint32_t generation_ = 0;  // a budget crossing planned in an older generation is stale
  bool ended_ = false;
  std::optional<Transition> pending_;
  bool pending_complete_ = false;
  EpisodeRecord record_;
};

// The loop over the three calls. `policy_name` keys the decision noise. Learns in phase kTrain
// only.
EpisodeRecord RunEpisode(const World& world, Policy& policy, std::string_view policy_name,
                         const Noise& noise);

}  // namespace edgesim
