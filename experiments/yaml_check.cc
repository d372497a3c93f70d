#include "experiments/yaml_check.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <set>
#include <sstream>
#include <vector>

#include "sim/input_error.h"

namespace edgesim {

namespace {

constexpr std::size_t kDeepest = 16;  // a config needs four levels

[[noreturn]] void Fail(const std::string& file, std::size_t line, std::size_t column,
                       std::string_view what) {
  throw InputError(fmt::format("{}:{}:{}: {}", file, line, column, what));
}

// Length of the UTF-8 sequence at the front of `text`, 0 if it is not valid.
std::size_t Utf8Length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  if (length == 3 && ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F)))
    return 0;
  if (length == 4 && ((first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F)))
    return 0;
  return length;
}

void CheckCharacters(std::string_view text, const std::string& file) {
  std::size_t line = 1, column = 1;
  bool indenting = true;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    const std::size_t length = Utf8Length(text.substr(i));
    if (length == 0) Fail(file, line, column, "not valid UTF-8");
    if (c == '\0') Fail(file, line, column, "a NUL character");
    if (c == '\t' && indenting) Fail(file, line, column, "a tab in the indentation; use spaces");
    i += length;
    ++column;
    if (c == '\n') {
      ++line;
      column = 1;
      indenting = true;
    } else if (c != ' ') {
      indenting = false;
    }
  }
}

// Listens to the parser and stops it before anything is built.
class Checker final : public YAML::EventHandler {
 public:
  explicit Checker(const std::string& file) : file_(file) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) FailAt(mark, "a second YAML document; a config is one");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { Value(mark, ""); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    FailAt(mark, "aliases (*name) are not allowed");
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string& value) override {
    Value(mark, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    Open(mark, false);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    Open(mark, true);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  struct Collection {
    bool map;
    bool key_next;
    std::set<std::string> keys;
  };

  [[noreturn]] void FailAt(const YAML::Mark& mark, std::string_view what) const {
    Fail(file_, static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1,
         what);
  }

  void Value(const YAML::Mark& mark, const std::string& scalar) {
    if (open_.empty() || !open_.back().map) return;
    Collection& map = open_.back();
    if (map.key_next && !map.keys.insert(scalar).second)
      FailAt(mark, fmt::format("key '{}' stands twice", scalar));
    map.key_next = !map.key_next;
  }

  void Open(const YAML::Mark& mark, bool map) {
    if (!open_.empty() && open_.back().map) {
      if (open_.back().key_next) FailAt(mark, "a key must be a plain word");
      open_.back().key_next = true;
    }
    if (open_.size() == kDeepest)
      FailAt(mark, fmt::format("nested deeper than {} levels", kDeepest));
    open_.push_back({map, map, {}});
  }

  const std::string& file_;
  int documents_ = 0;
  std::vector<Collection> open_;
};

}  // namespace

void CheckYaml(std::string_view text, const std::string& file) {
  CheckCharacters(text, file);
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    Checker checker(file);
    if (!parser.HandleNextDocument(checker))
      Fail(file, 1, 1, "the file is empty; a map of settings is expected");
    parser.HandleNextDocument(checker);
  } catch (const YAML::Exception& error) {
    const bool known = !error.mark.is_null();
    Fail(file, known ? static_cast<std::size_t>(error.mark.line) + 1 : 1,
         known ? static_cast<std::size_t>(error.mark.column) + 1 : 1, error.msg);
  }
}

}  // namespace edgesim
