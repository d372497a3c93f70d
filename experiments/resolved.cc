#include "experiments/resolved.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace edgesim {

namespace {

// The visitor that writes; the counterpart of YamlReader.
class YamlWriter {
 public:
  explicit YamlWriter(YAML::Emitter& out) : out_(out) {}

  template <class T, class... Bounds>
  void Field(const char* key, const T& value, Bounds...) {
    Put(key, value);
  }
  template <class T, class... Bounds>
  void Field(const char* key, const std::optional<T>& value, Bounds...) {
    if (value) Put(key, *value);
  }
  void Text(const char* key, const std::optional<std::string>& value) {
    if (value) Put(key, *value);
  }
  template <class T, class... Bounds>
  void Required(const char* key, const T& value, Bounds...) {
    Put(key, value);
  }
  template <class Allowed>
  void OneOf(const char* key, const std::string& value, std::initializer_list<Allowed>) {
    Put(key, value);
  }
  template <class Allowed>
  void OneOrMoreOf(const char* key, const std::vector<std::string>& values,
                   std::initializer_list<Allowed>) {
    Names(key, values);
  }
  void Identifier(const char* key, const std::string& value) { Put(key, value); }
  void Names(const char* key, const std::vector<std::string>& values) {
    out_ << YAML::Key << key << YAML::Value << YAML::Flow << values;
  }
  void Words(const char* key, const std::vector<std::string>& values) { Names(key, values); }
  void Numbers(const char* key, const std::vector<double>& values, double, double) {
    out_ << YAML::Key << key << YAML::Value << YAML::Flow << YAML::BeginSeq;
    for (const double value : values) out_ << fmt::format("{}", value);
    out_ << YAML::EndSeq;
  }
  template <class Config>
  void Entries(const char* key, std::vector<Config>& entries) {
    if (!entries.empty()) List(key, entries);
  }
  template <class Config>
  void List(const char* key, std::vector<Config>& entries) {
    out_ << YAML::Key << key << YAML::Value << YAML::BeginSeq;
    for (Config& entry : entries) {
      out_ << YAML::BeginMap;
      entry.Visit(*this);
      out_ << YAML::EndMap;
    }
    out_ << YAML::EndSeq;
  }
  template <class Config>
  void Section(const char* key, Config& config) {
    out_ << YAML::Key << key << YAML::Value << YAML::BeginMap;
    config.Visit(*this);
    out_ << YAML::EndMap;
  }
  template <class Config>
  void Section(const char* key, std::optional<Config>& config) {
    if (config) Section(key, *config);
  }
  template <class... Kinds>
  void Kind(const char* key, std::variant<Kinds...>& config) {
    out_ << YAML::Key << key << YAML::Value;
    WriteKind(config, nullptr, nullptr);
  }
  void Policies(const char* key, std::vector<PolicyConfig>& policies) {
    out_ << YAML::Key << key << YAML::Value << YAML::BeginSeq;
    for (PolicyConfig& policy : policies) Entry(policy);
    out_ << YAML::EndSeq;
  }
  void Entry(PolicyConfig& policy) { WriteKind(policy.kind, &policy.name, &policy.shield); }

 private:
  template <class T>
  void Put(const char* key, const T& value) {
    out_ << YAML::Key << key << YAML::Value;
    if constexpr (std::is_same_v<T, double>) {
      out_ << fmt::format("{}", value);  // shortest digits that read back to the same number
    } else {
      out_ << value;
    }
  }
  template <class... Kinds>
  void WriteKind(std::variant<Kinds...>& config, const std::string* name,
                 std::optional<ShieldConfig>* shield) {
    out_ << YAML::BeginMap;
    if (name != nullptr) out_ << YAML::Key << "name" << YAML::Value << *name;
    std::visit(
        [&](auto& chosen) {
          out_ << YAML::Key << "kind" << YAML::Value << std::decay_t<decltype(chosen)>::kKind;
          chosen.Visit(*this);
        },
        config);
    if (shield != nullptr) Section("shield", *shield);
    out_ << YAML::EndMap;
  }

  YAML::Emitter& out_;
};

}  // namespace

std::string ResolvedYaml(const ExperimentConfig& config) {
  ExperimentConfig copy = config;  // Visit takes references it could write to
  YAML::Emitter out;
  out << YAML::BeginMap;
  YamlWriter writer(out);
  copy.Visit(writer);
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

std::string PolicyYaml(const PolicyConfig& policy) {
  PolicyConfig copy = policy;
  YAML::Emitter out;
  YamlWriter(out).Entry(copy);
  return std::string(out.c_str()) + "\n";
}

}  // namespace edgesim
