#include "devices/published_hsmm.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "sim/input_error.h"

namespace edgesim {

namespace {

using Json = nlohmann::json;
using Pointer = Json::json_pointer;

// Takes values out of the document; errors say where they should stand.
struct Document {
  const Json& root;
  const std::string& file;

  [[noreturn]] void Fail(const std::string& at, const std::string& what) const {
    throw InputError(fmt::format("{}: {}{}{}", file, at, at.empty() ? "" : ": ", what));
  }
  double Number(const std::string& at) const {
    const Pointer pointer(at);
    if (!root.contains(pointer)) Fail(at, "is missing");
    const Json& value = root.at(pointer);
    if (!value.is_number() || !std::isfinite(value.get<double>()))
      Fail(at, "must be a finite number");
    return value.get<double>();
  }
  double AtLeast(const std::string& at, double low) const {
    const double value = Number(at);
    if (value < low) Fail(at, fmt::format("is {}, must be at least {}", value, low));
    return value;
  }
  double Positive(const std::string& at) const {
    const double value = Number(at);
    if (value <= 0) Fail(at, fmt::format("is {}, must be positive", value));
    return value;
  }
  std::size_t Size(const std::string& at) const {
    const Pointer pointer(at);
    if (!root.contains(pointer)) Fail(at, "is missing");
    if (!root.at(pointer).is_array()) Fail(at, "must be an array");
    return root.at(pointer).size();
  }
  void ExpectSize(const std::string& at, std::size_t size) const {
    if (Size(at) != size) Fail(at, fmt::format("has {} entries, 'means_W' has {}", Size(at), size));
  }
};

}  // namespace

Hsmm ParsePublishedHsmm(std::string_view text, const std::string& file) {
  const Json root = Json::parse(text, nullptr, false);
  const Document doc{root, file};
  if (root.is_discarded()) doc.Fail("", "is not JSON");
  if (!root.is_object()) doc.Fail("", "must be an object");
  constexpr std::size_t kMostStates = 100;
  const std::size_t n = doc.Size("/means_W");
  if (n == 0 || n > kMostStates)
    doc.Fail("/means_W", fmt::format("has {} states, allowed: 1 to {}", n, kMostStates));
  for (const char* at : {"/startprob", "/transmat", "/covars_W2", "/duration_gamma"})
    doc.ExpectSize(at, n);

  Hsmm model;
  model.interval_s = doc.Positive("/dt");
  const auto size = static_cast<Eigen::Index>(n);
  model.initial.resize(size);
  model.transition.setZero(size, size);
  for (std::size_t i = 0; i < n; ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    model.initial(row) = doc.AtLeast(fmt::format("/startprob/{}", i), 0);
    doc.ExpectSize(fmt::format("/transmat/{}", i), n);
    for (std::size_t j = 0; j < n; ++j) {
      const double p = doc.AtLeast(fmt::format("/transmat/{}/{}", i, j), 0);
      if (j != i) model.transition(row, static_cast<Eigen::Index>(j)) = p;
    }
    HsmmState state{.name = fmt::format("state {}", i + 1),
                    .mean_w = doc.Number(fmt::format("/means_W/{}", i)),
                    .sd_w = std::sqrt(doc.Positive(fmt::format("/covars_W2/{}", i)))};
    constexpr double kNeverLeft = 1e-6;  // per interval: EM ran into the bound
    const double leaves = model.transition.row(row).sum();
    if (leaves < kNeverLeft) {
      model.transition.row(row).setZero();
    } else {
      model.transition.row(row) /= leaves;
      const std::string at = fmt::format("/duration_gamma/{}", i);
      const double shape = doc.Positive(at + "/shape");
      state.duration = DurationLaw{.family = DurationFamily::kGamma,
                                   .mean_s = shape * doc.Positive(at + "/scale"),
                                   .shape = shape};
    }
    model.states.push_back(std::move(state));
  }
  const double started = model.initial.sum();
  if (started <= 0) doc.Fail("/startprob", "sums to 0");
  model.initial /= started;
  try {
    Validate(model);
  } catch (const std::invalid_argument& error) {
    doc.Fail("", error.what());
  }
  return model;
}

}  // namespace edgesim
