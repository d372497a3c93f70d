#include "sim/episode.h"

#include <cmath>
#include <utility>

namespace edgesim {

namespace {
constexpr double kNever = 9e18;  // ns; what takes longer than 285 years is not scheduled
}  // namespace

Episode::Episode(const World& world, const Noise& noise)
    : world_(world), noise_(noise), meter_(world.limits, world.device->Info()) {
  if (world.limits.horizon) queue_.Push({SimTime(*world.limits.horizon), EventKind::kHorizon});
  ScheduleRequest(0, SimTime{});
  ScheduleIdleCrossing();
}

std::optional<Observation> Episode::AdvanceToDecision() {
  while (!ended_) {
    // All events of an instant come before the decision that falls on it.
    const bool instant_over = queue_.Empty() || queue_.NextTime() > now_;
    if (instant_over && !waiting_.empty() && IdleServer() != nullptr) {
      const Observation seen = Observe();
      if (pending_complete_) pending_->after = seen;
      return seen;
    }
    if (waiting_.empty() && !deferred_.empty() && !next_request_ && IdleServer() != nullptr) {
      // Nothing will come that they could wait for.
      for (const Request& request : std::exchange(deferred_, {})) RecordRejected(request, kDefer);
      End(EndReason::kRequestsDone);
      break;
    }
    const Event event = queue_.Pop();
    if (event.kind == EventKind::kBudgetCrossing && event.tag != generation_) continue;
    if (!AdvanceTo(event.time)) break;
    switch (event.kind) {
      case EventKind::kArrival:
        OnArrival(event.tag);
        break;
      case EventKind::kCompletion:
        OnCompletion(servers_[event.tag]);
        break;
      case EventKind::kBudgetCrossing:
        CutRunning(world_.limits.budget.brown_out_reward);
        End(EndReason::kEnergyExhausted);
        break;
      case EventKind::kCapExceeded:
        CutRunning(0);
        End(EndReason::kCapExceeded);
        break;
      case EventKind::kHorizon:
        CutRunning(0);
        End(EndReason::kHorizon);
        break;
    }
  }
  return std::nullopt;
}

void Episode::Decide(ActionId action) {
  pending_ = Transition{};
  pending_->before = Observe();
  pending_->action = action;
  pending_complete_ = false;

  Request request = waiting_.front();
  waiting_.pop_front();
  if (action == kDefer || action == world_.defer) {
    ++request.deferrals;
    ++record_.deferrals;
    deferred_.push_back(request);
    pending_complete_ = true;
  } else if (action == kReject || action == world_.reject) {
    RecordRejected(request, action);
    pending_complete_ = true;
    AfterRequest(request);
  } else {
    Dispatch(request, action);
  }
}

void Episode::RecordRejected(const Request& request, ActionId action) {
  RequestRow row;
  row.request = request;
  row.action = action;
  row.dispatched = row.ended = now_;
  row.rejected = true;
  record_.rows.push_back(row);
}

void Episode::Dispatch(const Request& request, ActionId action) {
  Server& server = *IdleServer();
  const Noise noise = noise_.Of(request.index);
  const Answer answer = world_.answers->Draw(request, action, noise);
  world_.device->Execute(request, action, answer, noise, server.execution);
  record_.power_draws_clamped += server.execution.clamped;

  const Duration to_horizon =
      world_.limits.horizon ? SimTime(*world_.limits.horizon) - now_ : Duration::max();
  server.run = meter_.Run(server.execution.segments, to_horizon);
  server.busy = true;
  server.reward =
      answer.score / kMaxScore + (server.run.cap_exceeded ? world_.exceedance_reward : 0);
  server.row = record_.rows.size();
  RequestRow row;
  row.request = request;
  row.action = action;
  row.dispatched = now_;
  row.ended = now_ + server.run.length;
  row.energy = server.run.energy;
  row.peak = server.run.peak;
  row.cap_exceeded = server.run.cap_exceeded;
  record_.rows.push_back(row);

  ++generation_;
  const SimTime stop = now_ + server.run.length;
  const auto index = static_cast<std::uint32_t>(&server - servers_.data());
  switch (server.run.stop) {
    case Metered::Stop::kEnd:
      queue_.Push({stop, EventKind::kCompletion, index});
      break;
    case Metered::Stop::kBudget:
      queue_.Push({stop, EventKind::kBudgetCrossing, generation_});
      break;
    case Metered::Stop::kCap:
      queue_.Push({stop, EventKind::kCapExceeded, index});
      break;
    case Metered::Stop::kTime:  // the horizon's own event is already queued
      break;
  }
}

std::optional<Transition> Episode::TakeTransition() {
  if (!pending_complete_) return std::nullopt;
  pending_complete_ = false;
  return std::exchange(pending_, std::nullopt);
}

EpisodeRecord Episode::Finish() { return std::move(record_); }

Episode::Server* Episode::IdleServer() {
  for (Server& server : servers_) {
    if (!server.busy) return &server;
  }
  return nullptr;
}

Observation Episode::Observe() const {
  const Request& request = waiting_.front();
  Observation seen{.now = now_,
                   .energy_left = meter_.Left(),
                   .energy_budget = world_.limits.budget.limit,
                   .requests_left = std::nullopt,
                   .request_index = request.index,
                   .class_id = world_.class_observed ? request.class_id : 0,
                   .prompt_tokens = request.prompt_tokens,
                   .queue_length = static_cast<std::uint32_t>(waiting_.size() - 1),
                   .deferrals = request.deferrals};
  if (world_.limits.requests) seen.requests_left = *world_.limits.requests - request.index;
  return seen;
}

// A running request was metered at its dispatch; idle time is metered here, when it is over. False
// if a terminating cap ended the episode on the way: idle power itself may be above it.
bool Episode::AdvanceTo(SimTime time) {
  if (time > now_ && IdleServer() != nullptr) {
    const PowerSegment idle{.length = time - now_, .rail_w = world_.device->Info().idle_w};
    const Metered run = meter_.Run({&idle, 1}, idle.length);
    if (run.stop == Metered::Stop::kCap) {
      now_ += run.length;
      End(EndReason::kCapExceeded);
      return false;
    }
  }
  now_ = time;
  return true;
}

void Episode::ScheduleRequest(std::uint32_t index, SimTime previous) {
  if (world_.limits.requests && index >= *world_.limits.requests) return;
  next_request_ = world_.workload->Next(index, previous, noise_.Of(index));
  queue_.Push({next_request_->arrival, EventKind::kArrival, index});
}

// With nothing running, idle power alone may use up what is left of the budget.
void Episode::ScheduleIdleCrossing() {
  ++generation_;
  const double idle_w =
      PowerSegment{.length = {}, .rail_w = world_.device->Info().idle_w}.Sum(kAllRails).value();
  const bool crosses = idle_w > 0 && world_.limits.budget.ends_episode;
  const double left_ns = crosses ? std::ceil(meter_.Left().value() / idle_w * 1e9) : kNever;
  if (left_ns < kNever) {
    const Duration left(static_cast<std::int64_t>(left_ns));
    queue_.Push({now_ + left, EventKind::kBudgetCrossing, generation_});
  }
}

void Episode::OnArrival(std::uint32_t index) {
  const SimTime arrival = next_request_->arrival;
  waiting_.push_back(*std::exchange(next_request_, std::nullopt));
  Recall();
  if (!world_.workload->ClosedLoop()) ScheduleRequest(index + 1, arrival);
}

void Episode::OnCompletion(Server& server) {
  RequestRow& row = record_.rows[server.row];
  row.completed = true;
  Release(server, server.reward);
  AfterRequest(row.request);
}

// A request has completed or was rejected; nothing runs.
void Episode::AfterRequest(const Request& request) {
  if (world_.workload->ClosedLoop()) ScheduleRequest(request.index + 1, now_);
  Recall();
  if (!next_request_ && waiting_.empty()) {
    End(EndReason::kRequestsDone);
    return;
  }
  if (meter_.Exhausted()) {
    End(EndReason::kEnergyExhausted);
    return;
  }
  ScheduleIdleCrossing();
}

// Something has changed: deferred requests are offered again.
void Episode::Recall() {
  waiting_.insert(waiting_.end(), deferred_.begin(), deferred_.end());
  deferred_.clear();
}

// What is running ends here unfinished and earns `reward`.
void Episode::CutRunning(double reward) {
  for (Server& server : servers_) {
    if (server.busy) Release(server, reward);
  }
}

void Episode::Release(Server& server, double reward) {
  server.busy = false;
  RequestRow& row = record_.rows[server.row];
  row.reward = reward;
  row.late = row.completed && world_.limits.latency &&
             row.ended - row.request.arrival > *world_.limits.latency;
  record_.reward += reward;
  pending_->reward = reward;
  pending_->energy = row.energy;
  pending_->completed = row.completed;
  pending_->browned_out = server.run.stop == Metered::Stop::kBudget;
  pending_->cap_exceeded = row.cap_exceeded;
  pending_->late = row.late;
  pending_complete_ = true;
}

void Episode::End(EndReason reason) {
  ended_ = true;
  record_.end_reason = reason;
  record_.end_time = now_;
  record_.energy = meter_.Spent();
  record_.budget_used = meter_.Spent() / world_.limits.budget.limit;
  if (reason == EndReason::kEnergyExhausted) record_.budget_used = 1;
  record_.requests_unserved = static_cast<std::uint32_t>(waiting_.size() + deferred_.size());
}

namespace {

// A request that was deferred is decided anew, with other noise.
std::uint32_t DecisionKey(const Observation& seen) {
  constexpr int kIndexBits = 20;  // an episode has fewer requests
  return seen.request_index + (seen.deferrals << kIndexBits);
}

}  // namespace

EpisodeRecord RunEpisode(const World& world, Policy& policy, std::string_view policy_name,
                         const Noise& noise) {
  const Noise decision = DecisionNoise(noise, policy_name);
  const bool learning = noise.phase == Phase::kTrain;
  policy.BeginEpisode(noise.episode, noise.phase);
  Episode episode(world, noise);
  while (const auto seen = episode.AdvanceToDecision()) {
    if (const auto outcome = episode.TakeTransition(); outcome && learning) policy.Learn(*outcome);
    episode.Decide(policy.Act(*seen, decision.Of(DecisionKey(*seen))));
  }
  if (const auto outcome = episode.TakeTransition(); outcome && learning) policy.Learn(*outcome);
  return episode.Finish();
}

}  // namespace edgesim
