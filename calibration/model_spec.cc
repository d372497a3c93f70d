#include "calibration/model_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

constexpr std::string_view kAllowed =
    "ramp[=N], free[=N], gaussian, student, mixture, ar, level, classes=N, and one of hmm, ";

std::vector<std::string> AllWords() {
  std::vector<std::string> words = {"ramp", "free",  "gaussian",  "student", "mixture",
                                    "ar",   "level", "classes=N", "hmm",     "auto"};
  words.insert(words.end(), kDurationFamilyNames.begin(), kDurationFamilyNames.end());
  return words;
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : std::string(text) + ' ') {
    if (c != ' ' && c != ',' && c != '\t') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  return words;
}

}  // namespace

ModelSpec ParseModelSpec(std::string_view text, const std::string& where) {
  ModelSpec spec;
  bool topology = false, innovation = false, duration = false, classes = false;
  const auto fail = [&](const std::string& what) { throw InputError(where + ": " + what); };
  const auto once = [&](bool& seen, const std::string& word) {
    if (std::exchange(seen, true)) fail(fmt::format("'{}' contradicts an earlier word", word));
  };
  const std::vector<std::string> words = Words(text);
  if (words.empty())
    fail(fmt::format("no model given; allowed are {}{}", kAllowed,
                     fmt::join(kDurationFamilyNames, ", ")));
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    const std::string key = word.substr(0, equals);
    const auto number = [&](int low, int high) {
      int value = 0;
      const std::string digits = word.substr(equals + 1);
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), value);
      if (error != std::errc() || end != digits.data() + digits.size() || value < low ||
          value > high)
        fail(fmt::format("'{}': a whole number from {} to {} is needed", word, low, high));
      return value;
    };
    const bool numbered = equals != std::string::npos;
    const auto family = std::find(kDurationFamilyNames.begin(), kDurationFamilyNames.end(), word);
    if (key == "ramp" || key == "free") {
      once(topology, word);
      spec.topology = key == "ramp" ? Topology::kRamp : Topology::kFree;
      const bool ramp = key == "ramp";
      constexpr int kRampStates = 6;  // a second at ten readings a second, two readings a state
      spec.states = numbered ? number(1, kMostStates) : ramp ? kRampStates : 2;
    } else if (key == "classes" && numbered) {
      once(classes, word);
      spec.max_classes = number(1, kMostClasses);
    } else if (word == "gaussian" || word == "student" || word == "mixture") {
      once(innovation, word);
      spec.innovation = word == "gaussian"  ? Innovation::kGaussian
                        : word == "student" ? Innovation::kStudentT
                                            : Innovation::kMixture;
    } else if (word == "ar") {
      spec.autoregressive = true;
    } else if (word == "level") {
      spec.level = true;
    } else if (word == "hmm" || family != kDurationFamilyNames.end()) {
      once(duration, word);
      spec.duration = word == "hmm"
                          ? DurationFamily::kGeometric
                          : static_cast<DurationFamily>(family - kDurationFamilyNames.begin());
    } else {
      if (word == "auto") fail("auto stands alone: it chooses all the other words");
      fail(fmt::format("'{}' is not a word for a model; allowed are {}{}; or auto alone{}", word,
                       kAllowed, fmt::join(kDurationFamilyNames, ", "),
                       DidYouMean(key, AllWords())));
    }
  }
  return spec;
}

std::string Format(const ModelSpec& spec) {
  std::string text =
      fmt::format("{}={}", spec.topology == Topology::kRamp ? "ramp" : "free", spec.states);
  text += spec.innovation == Innovation::kGaussian   ? " gaussian"
          : spec.innovation == Innovation::kStudentT ? " student"
                                                     : " mixture";
  if (spec.autoregressive) text += " ar";
  text += fmt::format(" {}", kDurationFamilyNames[static_cast<std::size_t>(spec.duration)]);
  if (spec.level) text += " level";
  if (spec.max_classes > 1) text += fmt::format(" classes={}", spec.max_classes);
  return text;
}

}  // namespace edgesim
