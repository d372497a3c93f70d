#include "sim/composite_actions.h"

#include <utility>

namespace edgesim {

namespace {

// The source of an action and its position there.
std::pair<const ActionSource*, ActionId> Locate(const std::vector<ActionSource>& sources,
                                                ActionId action) {
  const ActionSource* source = sources.data();
  while (action >= source->count) action -= (source++)->count;
  return {source, action};
}

}  // namespace

CompositeAnswers::CompositeAnswers(std::vector<ActionSource> sources, std::vector<Cascade> cascades)
    : sources_(std::move(sources)), cascades_(std::move(cascades)) {
  for (const ActionSource& source : sources_) plain_ += source.count;
}

const Cascade* CompositeAnswers::CascadeAt(ActionId action) const {
  return action < plain_ ? nullptr : &cascades_[action - plain_];
}

bool CompositeAnswers::Escalates(const Cascade& cascade, const Answer& small,
                                 const Noise& world) const {
  const double accept =
      small.score >= cascade.success_score ? cascade.accept_success : cascade.accept_failure;
  WordStream words = world.Words(Stream::kVerify);
  return Uniform01(words) >= accept;
}

Answer CompositeAnswers::Draw(const Request& request, ActionId action, const Noise& world) const {
  if (const Cascade* cascade = CascadeAt(action)) {
    const Answer small = Draw(request, cascade->small, world);
    return Escalates(*cascade, small, world) ? Draw(request, cascade->large, world) : small;
  }
  const auto [source, position] = Locate(sources_, action);
  return source->answers->Draw(request, position, world);
}

void CompositeDevice::Execute(const Request& request, ActionId action, const Answer& answer,
                              const Noise& world, Execution& out) const {
  const Cascade* cascade = answers_.CascadeAt(action);
  if (cascade == nullptr) {
    const auto [source, position] = Locate(sources_, action);
    source->device->Execute(request, position, answer, world, out);
    return;
  }
  const Answer small = answers_.Draw(request, cascade->small, world);  // the same noise: the same
  Execute(request, cascade->small, small, world, out);
  if (cascade->verify_time > Duration(0)) {
    PowerSegment verify{.length = cascade->verify_time, .rail_w = {}};
    verify.rail_w[0] = cascade->verify_power.value();
    out.segments.push_back(verify);
    out.duration += verify.length;
  }
  if (!answers_.Escalates(*cascade, small, world)) return;
  Execution second;
  Execute(request, cascade->large, answers_.Draw(request, cascade->large, world), world, second);
  out.segments.insert(out.segments.end(), second.segments.begin(), second.segments.end());
  out.duration += second.duration;
  out.clamped += second.clamped;
}

}  // namespace edgesim
