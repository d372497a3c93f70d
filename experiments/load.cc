#include "experiments/load.h"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/files.h"
#include "experiments/yaml_check.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

// Position in a list of maps: by number, name or kind; the list's size if there is none.
std::size_t FindEntry(const YAML::Node& list, const std::string& key) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const YAML::Node entry = list[i];
    const auto says = [&](const char* field) {
      return entry.IsMap() && entry[field].IsDefined() && entry[field].IsScalar() &&
             entry[field].Scalar() == key;
    };
    const bool named = entry.IsMap() && entry["name"].IsDefined();
    if (key == std::to_string(i) || says("name") || (!named && says("kind")) ||
        (entry.IsScalar() && entry.Scalar() == key)) {
      return i;
    }
  }
  return list.size();
}

void Override(YamlDocument& document, const std::string& assignment) {
  const auto fail = [&](const std::string& what) {
    throw InputError(fmt::format("--set {}: {}", assignment, what));
  };
  if (std::any_of(assignment.begin(), assignment.end(), [](unsigned char c) { return c < ' '; })) {
    throw InputError("--set: a control character in the argument");
  }
  const std::size_t equals = assignment.find('=');
  if (equals == 0 || equals == std::string::npos) fail("must be key.path=value");
  std::string path;
  const std::string text = assignment.substr(equals + 1);
  CheckYaml(text.empty() ? "''" : text, "--set " + assignment);

  YAML::Node at = document.root;
  std::string rest = assignment.substr(0, equals);
  while (true) {
    const std::size_t dot = rest.find('.');
    std::string key = rest.substr(0, dot);
    YAML::Node next;
    if (at.IsSequence()) {
      const std::size_t index = FindEntry(at, key);
      if (index == at.size()) fail(fmt::format("'{}' is not in the list", key));
      if (dot != std::string::npos && at[index].IsScalar()) {
        YAML::Node map(YAML::NodeType::Map);
        map["kind"] = at[index].Scalar();
        at[index] = map;
      }
      key = std::to_string(index);
      next.reset(at[index]);
    } else {
      if (!at.IsMap()) fail(fmt::format("'{}' is a single value, it has no '{}'", path, key));
      next.reset(at[key]);  // inserts a key that is not there; if it is unknown, reading says so
    }
    path += (path.empty() ? "" : ".") + key;
    if (dot == std::string::npos) {
      next = YAML::Load(text);
      document.overridden.insert(path);
      return;
    }
    if (!next.IsDefined() || next.IsNull()) {
      next = YAML::Node(YAML::NodeType::Map);
      document.overridden.insert(path);
    } else if (next.IsScalar()) {  // a bare kind
      YAML::Node map(YAML::NodeType::Map);
      map["kind"] = next.Scalar();
      next = map;
    }
    at.reset(next);
    rest = rest.substr(dot + 1);
  }
}

// `title` names the whole in errors.
template <class Config>
Loaded<Config> Parse(const std::string& text, const std::string& name, const std::string& title,
                     const std::vector<std::string>& overrides) {
  constexpr std::size_t kLargest = std::size_t{1} << 20;
  if (text.size() > kLargest) throw InputError(name + ":1:1: a config of over 1 MiB");
  CheckYaml(text, name);
  Loaded<Config> loaded{
      .config = {},
      .document = {.file = name, .root = YAML::Load(text), .overridden = {}, .marks = {}},
      .directory = {}};
  loaded.document.marks.emplace("", loaded.document.root.Mark());
  if (!loaded.document.root.IsMap())
    loaded.document.Fail("", "the file must be a map of keys and values");
  for (const std::string& assignment : overrides) Override(loaded.document, assignment);
  YamlReader::Read(loaded.document, loaded.document.root, "", title, loaded.config);
  return loaded;
}

}  // namespace

LoadedExperiment ParseExperiment(const std::string& text, const std::string& name,
                                 const std::vector<std::string>& overrides) {
  return Parse<ExperimentConfig>(text, name, "the experiment", overrides);
}

LoadedExperiment LoadExperiment(const std::filesystem::path& file,
                                const std::vector<std::string>& overrides) {
  LoadedExperiment loaded = ParseExperiment(ReadTextFile(file), file.string(), overrides);
  loaded.directory = file.parent_path();
  return loaded;
}

LoadedFidelity ParseFidelity(const std::string& text, const std::string& name,
                             const std::vector<std::string>& overrides) {
  LoadedFidelity loaded = Parse<FidelityConfig>(text, name, "the comparison", overrides);
  CheckFidelity(loaded.config, loaded.document);
  return loaded;
}

LoadedFidelity LoadFidelity(const std::filesystem::path& file,
                            const std::vector<std::string>& overrides) {
  LoadedFidelity loaded = ParseFidelity(ReadTextFile(file), file.string(), overrides);
  loaded.directory = file.parent_path();
  return loaded;
}

}  // namespace edgesim
