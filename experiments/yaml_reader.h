// The visitor that reads a config struct from YAML. Every error is one line:
//   exp.yaml:12:3: unknown key 'energy_bin' in q-learning; did you mean 'energy_bins'?
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "experiments/config.h"

namespace edgesim {

// A checked document: where its values stand, and which of them the command line has replaced.
struct YamlDocument {
  std::string file;
  YAML::Node root;
  std::set<std::string> overridden;         // dotted paths given by --set
  std::map<std::string, YAML::Mark> marks;  // of the values read, by dotted path

  // Throws InputError at the value with this dotted path, or at the nearest enclosing one that was
  // read.
  [[noreturn]] void Fail(const std::string& path, const std::string& what) const;

  // That place as errors begin with it: "exp.yaml:12:3" or "--set key.path".
  std::string Place(const std::string& path) const;
};

// The visitor that collects the keys a config struct reads.
class KeyCollector {
 public:
  explicit KeyCollector(std::vector<std::string> keys = {}) : keys_(std::move(keys)) {}
  const std::vector<std::string>& keys() const { return keys_; }
  bool open() const { return open_; }  // takes keys that are not known here

  template <class... Rest>
  void Field(const char* key, Rest&&...) {
    keys_.emplace_back(key);
  }
  template <class... Rest>
  void Required(const char* key, Rest&&...) {
    keys_.emplace_back(key);
  }
  template <class T>
  void OneOf(const char* key, T&, std::initializer_list<const char*>) {
    keys_.emplace_back(key);
  }
  template <class T>
  void OneOrMoreOf(const char* key, T&, std::initializer_list<const char*>) {
    keys_.emplace_back(key);
  }
  template <class T>
  void Identifier(const char* key, T&) {
    keys_.emplace_back(key);
  }
  template <class T>
  void Names(const char* key, T&) {
    keys_.emplace_back(key);
  }
  template <class T>
  void Section(const char* key, T&) {
    keys_.emplace_back(key);
  }
  template <class T>
  void Kind(const char* key, T&) {
    keys_.emplace_back(key);
  }
  template <class T>
  void Policies(const char* key, T&) {
    keys_.emplace_back(key);
  }
  template <class T>
  void List(const char* key, T&) {
    keys_.emplace_back(key);
  }
  template <class T>
  void Entries(const char* key, T&) {
    keys_.emplace_back(key);
  }
  template <class T>
  void Words(const char* key, T&) {
    keys_.emplace_back(key);
  }
  template <class T>
  void Numbers(const char* key, T&, double, double) {
    keys_.emplace_back(key);
  }
  template <class T>
  void Text(const char* key, T&) {
    keys_.emplace_back(key);
  }
  template <class T>
  void OtherKeys(T&) {
    open_ = true;
  }

 private:
  std::vector<std::string> keys_;
  bool open_ = false;
};

class YamlReader {
 public:
  // `path` is the dotted path of `map`, "" for the root; `title` names it in errors. Keys of the
  // map that are not among those collected are an error here, before anything is read.
  YamlReader(YamlDocument& document, const YAML::Node& map, std::string path, std::string title,
             const KeyCollector& known);

  void Field(const char* key, double& value, double low, double high);
  void Field(const char* key, std::uint32_t& value, std::uint64_t low, std::uint64_t high);
  void Field(const char* key, std::uint64_t& value, std::uint64_t low, std::uint64_t high);
  void Field(const char* key, bool& value);
  template <class T, class Low, class High>
  void Field(const char* key, std::optional<T>& value, Low low, High high) {
    if (Has(key)) Field(key, value.emplace(), static_cast<T>(low), static_cast<T>(high));
  }
  template <class T, class... Bounds>
  void Required(const char* key, T& value, Bounds... bounds) {
    Require(key);
    if constexpr (sizeof...(bounds) == 0) {
      Text(key, value);
    } else {
      Field(key, value, bounds...);
    }
  }
  void OneOf(const char* key, std::string& value, std::initializer_list<const char*> allowed);
  void OneOrMoreOf(const char* key, std::vector<std::string>& values,
                   std::initializer_list<const char*> allowed);
  void Names(const char* key, std::vector<std::string>& values);
  // Required; letters, digits, '-', '_' and '.' only, for it becomes part of file names and csv
  // cells.
  void Identifier(const char* key, std::string& value);

  template <class Config>
  void Section(const char* key, Config& config) {
    const YAML::Node child = Get(key);
    const bool present = child.IsDefined();
    if (present) {
      Read(document_, child, PathOf(key), key, config);
    } else {
      YAML::Node empty(YAML::NodeType::Map);  // defaults, or "key is missing" for what has none
      Read(document_, empty, PathOf(key), key, config);
    }
  }
  template <class Config>
  void Section(const char* key, std::optional<Config>& config) {
    if (Has(key)) Section(key, config.emplace());
  }

  // A map with the key `kind`, or just the kind's name.
  template <class... Kinds>
  void Kind(const char* key, std::variant<Kinds...>& config) {
    if (Has(key)) ReadKind(Get(key), PathOf(key), config);
  }
  void Policies(const char* key, std::vector<PolicyConfig>& policies);
  void Text(const char* key, std::optional<std::string>& value) {
    if (Has(key)) Text(key, value.emplace());
  }
  // Every key of the map that the other calls do not read, with its text.
  void OtherKeys(std::map<std::string, std::string>& values);

  // A list of names that may repeat.
  void Words(const char* key, std::vector<std::string>& values);
  // Required; a number or a list of numbers, not empty.
  void Numbers(const char* key, std::vector<double>& values, double low, double high);

  // Maps with different names.
  template <class Config>
  void Entries(const char* key, std::vector<Config>& entries) {
    if (Has(key)) List(key, entries);
  }
  // Required; the same, at least one.
  template <class Config>
  void List(const char* key, std::vector<Config>& entries) {
    Require(key);
    const YAML::Node list = Get(key);
    if (!list.IsSequence() || list.size() == 0)
      document_.Fail(PathOf(key), std::string("'") + key + "' must be a list, not empty");
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string path = PathOf(key) + "." + std::to_string(i);
      Config entry;
      Read(document_, list[i], path, std::string("an entry of ") + key, entry);
      for (const Config& other : entries) {
        if (other.name == entry.name)
          document_.Fail(path, "two entries of " + (key + (" are named '" + entry.name + "'")));
      }
      entries.push_back(std::move(entry));
    }
  }

  // Reads a whole struct from `map`.
  template <class Config>
  static void Read(YamlDocument& document, const YAML::Node& map, const std::string& path,
                   const std::string& title, Config& config) {
    KeyCollector collector;
    config.Visit(collector);
    YamlReader reader(document, map, path, title, collector);
    config.Visit(reader);
  }

 private:
  bool Has(const char* key) { return Get(key).IsDefined(); }
  void Require(const char* key);
  YAML::Node Get(const char* key);
  std::string PathOf(std::string_view key) const;
  std::string Scalar(const char* key);
  void Text(const char* key, std::string& value);
  std::string OneKind(const YAML::Node& node, const std::string& path,
                      const std::vector<std::string>& kinds);

  template <class... Kinds>
  void ReadKind(const YAML::Node& node, const std::string& path, std::variant<Kinds...>& config,
                std::string* name = nullptr, std::optional<ShieldConfig>* shield = nullptr) {
    const std::string kind = OneKind(node, path, {Kinds::kKind...});
    ((kind == Kinds::kKind ? void(config = Kinds{}) : void()), ...);
    YAML::Node map(YAML::NodeType::Map);
    if (node.IsMap()) map = node;
    KeyCollector collector(name != nullptr ? std::vector<std::string>{"kind", "name", "shield"}
                                           : std::vector<std::string>{"kind"});
    std::visit([&](auto& chosen) { chosen.Visit(collector); }, config);
    YamlReader reader(document_, map, path, kind, collector);
    if (name != nullptr) {
      *name = kind;
      if (reader.Has("name")) reader.Identifier("name", *name);
      reader.Section("shield", *shield);
    }
    std::visit([&](auto& chosen) { chosen.Visit(reader); }, config);
  }

  YamlDocument& document_;
  YAML::Node map_;
  std::string path_, title_;
  std::vector<std::string> known_;
};

}  // namespace edgesim
