#include "devices/json_cursor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

using Json = nlohmann::ordered_json;

const Json& As(const void* value) { return *static_cast<const Json*>(value); }

}  // namespace

struct JsonCursor::Document {
  Json root;
  std::string name;
};

JsonCursor JsonCursor::Parse(std::string_view text, const std::string& name) {
  auto document = std::make_shared<Document>();
  document->name = name;
  try {
    document->root = Json::parse(text);
  } catch (const Json::parse_error& error) {
    const std::size_t at = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
    const std::string_view before = text.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t newline = before.rfind('\n');
    throw InputError(fmt::format("{}:{}:{}: not valid JSON", name, line,
                                 newline == std::string_view::npos ? at + 1 : at - newline));
  } catch (const Json::out_of_range&) {
    throw InputError(name + ": a number is too large");
  }
  const void* root = &document->root;
  return {std::move(document), root, ""};
}

void JsonCursor::Fail(const std::string& what) const {
  throw InputError(fmt::format("{}: {}{}{}", document_->name, at_, at_.empty() ? "" : ": ", what));
}

JsonCursor JsonCursor::operator[](const std::string& key) const {
  const Json& value = As(value_);
  if (!value.is_object()) Fail("must be an object");
  const auto found = value.find(key);
  if (found == value.end()) Fail(fmt::format("'{}' is missing", key));
  return {document_, &*found, at_ + "/" + key};
}

bool JsonCursor::Has(const std::string& key) const {
  return As(value_).is_object() && As(value_).contains(key);
}

bool JsonCursor::IsNull() const { return As(value_).is_null(); }

bool JsonCursor::IsText() const { return As(value_).is_string(); }

std::string JsonCursor::Text() const {
  if (!As(value_).is_string()) Fail("must be a string");
  return As(value_).get<std::string>();
}

std::size_t JsonCursor::OneOf(const std::vector<std::string>& names) const {
  const std::string text = Text();
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) {
    Fail(fmt::format("'{}' must be one of {}{}", text, fmt::join(names, ", "),
                     DidYouMean(text, names)));
  }
  return static_cast<std::size_t>(found - names.begin());
}

bool JsonCursor::Boolean() const {
  if (!As(value_).is_boolean()) Fail("must be true or false");
  return As(value_).get<bool>();
}

double JsonCursor::Number(double at_least) const {
  if (!As(value_).is_number() || !std::isfinite(As(value_).get<double>()))
    Fail("must be a finite number");
  const auto number = As(value_).get<double>();
  if (number < at_least) Fail(fmt::format("is {}, must be at least {}", number, at_least));
  return number;
}

double JsonCursor::Positive() const {
  const double number = Number();
  if (number <= 0) Fail(fmt::format("is {}, must be positive", number));
  return number;
}

std::size_t JsonCursor::Count(std::size_t at_least) const {
  constexpr double kMost = 9007199254740992.0;  // 2^53: whole in a double
  const double number = Number();
  if (number != std::floor(number) || number < static_cast<double>(at_least) || number > kMost) {
    Fail(fmt::format("is {}, must be a whole number from {}", number, at_least));
  }
  return static_cast<std::size_t>(number);
}

std::vector<JsonCursor> JsonCursor::Items() const {
  const Json& value = As(value_);
  if (!value.is_array()) Fail("must be an array");
  std::vector<JsonCursor> items;
  for (std::size_t i = 0; i < value.size(); ++i)
    items.push_back({document_, &value[i], fmt::format("{}/{}", at_, i)});
  return items;
}

std::vector<std::pair<std::string, JsonCursor>> JsonCursor::Members() const {
  if (!As(value_).is_object()) Fail("must be an object");
  std::vector<std::pair<std::string, JsonCursor>> members;
  for (const auto& [key, value] : As(value_).items())
    members.emplace_back(key, JsonCursor(document_, &value, at_ + "/" + key));
  return members;
}

void JsonCursor::OnlyKeys(std::initializer_list<const char*> keys) const {
  const std::vector<std::string> names(keys.begin(), keys.end());
  for (const auto& [key, at] : Members()) {
    if (std::find(names.begin(), names.end(), key) == names.end())
      Fail(fmt::format("unknown key '{}'; there is {}{}", key, fmt::join(names, ", "),
                       DidYouMean(key, names)));
  }
}

Provenance ReadProvenance(const JsonCursor& at) {
  const std::string kind = at["kind"].Text();
  for (std::size_t k = 0; k < kProvenanceKindNames.size(); ++k) {
    if (kind == kProvenanceKindNames[k]) {
      return {static_cast<ProvenanceKind>(k), at["source"].Text(), at["date"].Text(),
              at["method"].Text()};
    }
  }
  at["kind"].Fail("must be measured, calibrated, modelled or assumed");
}

}  // namespace edgesim
