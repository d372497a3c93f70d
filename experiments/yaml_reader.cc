#include "experiments/yaml_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

template <class Number>
bool Parse(const std::string& text, Number& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

void YamlDocument::Fail(const std::string& path, const std::string& what) const {
  throw InputError(Place(path) + ": " + what);
}

std::string YamlDocument::Place(const std::string& path) const {
  const auto parent = [](const std::string& at) { return at.substr(0, at.rfind('.')); };
  for (std::string at = path;; at = parent(at)) {
    if (overridden.contains(at)) return "--set " + at;
    if (at.find('.') == std::string::npos) break;
  }
  for (std::string at = path;; at = parent(at)) {
    if (const auto mark = marks.find(at); mark != marks.end() && !mark->second.is_null()) {
      return fmt::format("{}:{}:{}", file, mark->second.line + 1, mark->second.column + 1);
    }
    // A map that only --set has made has no place in the file.
    const auto inside = overridden.lower_bound(at + ".");
    if (!at.empty() && inside != overridden.end() && inside->starts_with(at + ".")) {
      return "--set " + *inside;
    }
    if (at.find('.') == std::string::npos) break;
  }
  return file + ":1:1";
}

YamlReader::YamlReader(YamlDocument& document, const YAML::Node& map, std::string path,
                       std::string title, const KeyCollector& known)
    : document_(document),
      map_(map),
      path_(std::move(path)),
      title_(std::move(title)),
      known_(known.keys()) {
  document_.marks.emplace(path_, map_.Mark());
  if (!map_.IsMap())
    document_.Fail(path_, fmt::format("{} must be a map of keys and values", title_));
  for (const auto& entry : map_) {
    const auto key = entry.first.as<std::string>();
    if (known.open() || std::find(known_.begin(), known_.end(), key) != known_.end()) {
      // An empty value's own mark is wherever the next token stands.
      document_.marks.emplace(PathOf(key),
                              entry.second.IsNull() ? entry.first.Mark() : entry.second.Mark());
      continue;
    }
    document_.marks.emplace(PathOf(key), entry.first.Mark());
    const std::string hint = DidYouMean(key, known_);
    document_.Fail(
        PathOf(key),
        fmt::format("unknown key '{}' in {}{}", key, title_,
                    !hint.empty() ? hint : fmt::format("; allowed: {}", fmt::join(known_, ", "))));
  }
}

std::string YamlReader::PathOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

YAML::Node YamlReader::Get(const char* key) {
  const YAML::Node& map = map_;  // the const operator[] does not insert
  return map[key];
}

void YamlReader::Require(const char* key) {
  if (!Has(key))
    document_.Fail(path_,
                   fmt::format("'{}' is missing{}", key, path_.empty() ? "" : " in " + title_));
}

std::string YamlReader::Scalar(const char* key) {
  const YAML::Node child = Get(key);
  if (!child.IsScalar())
    document_.Fail(PathOf(key), fmt::format("'{}' must be a single value", key));
  return child.Scalar();
}

void YamlReader::Text(const char* key, std::string& value) {
  value = Scalar(key);
  if (value.empty()) document_.Fail(PathOf(key), fmt::format("'{}' is empty", key));
}

void YamlReader::OtherKeys(std::map<std::string, std::string>& values) {
  for (const auto& entry : map_) {
    const auto key = entry.first.as<std::string>();
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    Text(key.c_str(), values[key]);
  }
}

void YamlReader::Field(const char* key, double& value, double low, double high) {
  if (!Has(key)) return;
  const std::string text = Scalar(key);
  if (!Parse(text, value) || !std::isfinite(value)) {
    document_.Fail(PathOf(key), fmt::format("'{}' must be a number from {} to {}, not '{}'", key,
                                            low, high, text));
  }
  if (value < low || value > high) {
    document_.Fail(PathOf(key), fmt::format("'{}' is {}, allowed: {} to {}", key, text, low, high));
  }
}

void YamlReader::Field(const char* key, std::uint64_t& value, std::uint64_t low,
                       std::uint64_t high) {
  if (!Has(key)) return;
  const std::string text = Scalar(key);
  std::uint64_t number = 0;
  if (!Parse(text, number)) {
    document_.Fail(PathOf(key), fmt::format("'{}' must be a whole number from {} to {}, not '{}'",
                                            key, low, high, text));
  }
  if (number < low || number > high) {
    document_.Fail(PathOf(key), fmt::format("'{}' is {}, allowed: {} to {}", key, text, low, high));
  }
  value = number;
}

void YamlReader::Field(const char* key, std::uint32_t& value, std::uint64_t low,
                       std::uint64_t high) {
  std::uint64_t number = value;
  Field(key, number, low, std::min<std::uint64_t>(high, std::numeric_limits<std::uint32_t>::max()));
  value = static_cast<std::uint32_t>(number);
}

void YamlReader::Field(const char* key, bool& value) {
  if (!Has(key)) return;
  const std::string text = Scalar(key);
  if (text != "true" && text != "false") {
    document_.Fail(PathOf(key), fmt::format("'{}' must be true or false, not '{}'", key, text));
  }
  value = text == "true";
}

void YamlReader::OneOf(const char* key, std::string& value,
                       std::initializer_list<const char*> allowed) {
  if (!Has(key)) return;
  value = Scalar(key);
  const std::vector<std::string> names(allowed.begin(), allowed.end());
  if (std::find(names.begin(), names.end(), value) == names.end()) {
    document_.Fail(PathOf(key), fmt::format("'{}' is '{}', allowed: {}{}", key, value,
                                            fmt::join(names, ", "), DidYouMean(value, names)));
  }
}

void YamlReader::OneOrMoreOf(const char* key, std::vector<std::string>& values,
                             std::initializer_list<const char*> allowed) {
  if (!Has(key)) return;
  Names(key, values);
  if (values.empty())
    document_.Fail(PathOf(key), fmt::format("'{}' needs at least one entry", key));
  const std::vector<std::string> names(allowed.begin(), allowed.end());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::find(names.begin(), names.end(), values[i]) == names.end()) {
      document_.Fail(fmt::format("{}.{}", PathOf(key), i),
                     fmt::format("'{}' has '{}', allowed: {}{}", key, values[i],
                                 fmt::join(names, ", "), DidYouMean(values[i], names)));
    }
  }
}

void YamlReader::Names(const char* key, std::vector<std::string>& values) {
  const YAML::Node child = Get(key);
  if (!child.IsDefined()) return;
  if (!child.IsSequence()) document_.Fail(PathOf(key), fmt::format("'{}' must be a list", key));
  values.clear();
  for (std::size_t i = 0; i < child.size(); ++i) {
    const std::string path = fmt::format("{}.{}", PathOf(key), i);
    document_.marks.emplace(path, child[i].Mark());
    if (!child[i].IsScalar())
      document_.Fail(path, fmt::format("'{}' must be a list of names", key));
    if (std::find(values.begin(), values.end(), child[i].Scalar()) != values.end()) {
      document_.Fail(path, fmt::format("'{}' stands twice in '{}'", child[i].Scalar(), key));
    }
    values.push_back(child[i].Scalar());
  }
}

void YamlReader::Words(const char* key, std::vector<std::string>& values) {
  const YAML::Node child = Get(key);
  if (!child.IsDefined()) return;
  if (!child.IsSequence()) document_.Fail(PathOf(key), fmt::format("'{}' must be a list", key));
  values.clear();
  for (std::size_t i = 0; i < child.size(); ++i) {
    const std::string path = fmt::format("{}.{}", PathOf(key), i);
    document_.marks.emplace(path, child[i].Mark());
    if (!child[i].IsScalar() || child[i].Scalar().empty())
      document_.Fail(path, fmt::format("'{}' must be a list of names", key));
    values.push_back(child[i].Scalar());
  }
}

void YamlReader::Numbers(const char* key, std::vector<double>& values, double low, double high) {
  Require(key);
  const YAML::Node child = Get(key);
  values.clear();
  if (child.IsScalar()) return Field(key, values.emplace_back(), low, high);
  if (!child.IsSequence() || child.size() == 0) {
    document_.Fail(PathOf(key), fmt::format("'{}' must be a number or a list of numbers", key));
  }
  for (std::size_t i = 0; i < child.size(); ++i) {
    const std::string path = fmt::format("{}.{}", PathOf(key), i);
    document_.marks.emplace(path, child[i].Mark());
    double& value = values.emplace_back();
    if (!child[i].IsScalar() || !Parse(child[i].Scalar(), value) || !std::isfinite(value) ||
        value < low || value > high) {
      document_.Fail(path, fmt::format("'{}' must hold numbers from {} to {}", key, low, high));
    }
  }
}

void YamlReader::Identifier(const char* key, std::string& value) {
  Require(key);
  Text(key, value);
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  constexpr std::size_t kLongest = 100;
  if (value.find_first_not_of(kLetters) != std::string::npos || value.front() == '.' ||
      value.size() > kLongest) {
    document_.Fail(PathOf(key), fmt::format("'{}' is '{}'; only up to 100 letters, digits, '-', "
                                            "'_' and '.' are allowed, no '.' in front",
                                            key, value));
  }
}

std::string YamlReader::OneKind(const YAML::Node& node, const std::string& path,
                                const std::vector<std::string>& kinds) {
  document_.marks.emplace(path, node.Mark());
  std::string kind, at = path;
  if (node.IsScalar()) {
    kind = node.Scalar();
  } else if (node.IsMap() && node["kind"].IsDefined() && node["kind"].IsScalar()) {
    kind = node["kind"].Scalar();
    at += ".kind";
    document_.marks.emplace(at, node["kind"].Mark());
  } else {
    document_.Fail(path, fmt::format("must be a kind, or a map with 'kind'; kinds: {}",
                                     fmt::join(kinds, ", ")));
  }
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
    document_.Fail(at, fmt::format("unknown kind '{}', allowed: {}{}", kind, fmt::join(kinds, ", "),
                                   DidYouMean(kind, kinds)));
  }
  return kind;
}

void YamlReader::Policies(const char* key, std::vector<PolicyConfig>& policies) {
  Require(key);
  const YAML::Node list = Get(key);
  if (!list.IsSequence()) document_.Fail(PathOf(key), fmt::format("'{}' must be a list", key));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string path = fmt::format("{}.{}", PathOf(key), i);
    PolicyConfig policy;
    ReadKind(list[i], path, policy.kind, &policy.name, &policy.shield);
    const auto* dp = std::get_if<ExactDpConfig>(&policy.kind);
    if (policy.name == ExactDpConfig::kKind && !(dp != nullptr && dp->category)) {
      document_.Fail(path,
                     "the name 'exact-dp' is taken by the optimum, which is always reported; give "
                     "this policy another 'name'");
    }
    if (policy.name.starts_with("always-")) {
      document_.Fail(path + ".name",
                     "names that begin with 'always-' are taken by the constant actions, which are "
                     "always reported");
    }
    for (const PolicyConfig& other : policies) {
      if (other.name == policy.name) {
        document_.Fail(path,
                       fmt::format("two policies are named '{}'; give one a 'name'", policy.name));
      }
    }
    policies.push_back(std::move(policy));
  }
}

}  // namespace edgesim
