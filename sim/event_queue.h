// Pending events in the order (time, kind, sequence): simultaneous events have a documented order.
#pragma once

#include <cstdint>
#include <queue>
#include <vector>

#include "sim/units.h"

namespace edgesim {

// The value is the rank at equal times (docs/semantics.md, section 1). Append; never reorder.
enum class EventKind : std::uint8_t {
  kCompletion = 0,
  kBudgetCrossing = 1,
  kArrival = 2,
  kHorizon = 3,
  kCapExceeded = 4,  // scheduled only in cap mode `terminate`
};

struct Event {
  SimTime time{};
  EventKind kind{};
  std::uint32_t tag = 0;  // request index of an arrival; generation of what a new plan makes stale
};

class EventQueue {
 public:
  void Push(const Event& event) { heap_.push({event, next_sequence_++}); }
  bool Empty() const { return heap_.empty(); }
  SimTime NextTime() const { return heap_.top().event.time; }
  Event Pop() {
    const Event event = heap_.top().event;
    heap_.pop();
    return event;
  }

 private:
  struct Entry {
    Event event;
    std::uint64_t sequence;
    friend bool operator<(const Entry& a, const Entry& b) {  // std::priority_queue pops the largest
      if (a.event.time != b.event.time) return a.event.time > b.event.time;
      if (a.event.kind != b.event.kind) return a.event.kind > b.event.kind;
      return a.sequence > b.sequence;
    }
  };
  std::priority_queue<Entry> heap_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace edgesim
