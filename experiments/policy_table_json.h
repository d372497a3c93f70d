// A policy's table as a JSON file: `edgesim policy export` writes it, policies of kind `table` read
// it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "policies/table_policy.h"

namespace edgesim {

inline constexpr int kPolicyTableVersion = 1;

struct PolicyTableFile {
  std::string policy, kind;                   // where it came from
  std::vector<std::string> actions, classes;  // names; "reject" last where only a shield rejects
  double budget_j = 0;
  PolicyTable table;        // in positions of `actions`, never kReject
  std::string config_hash;  // of the run's config.resolved.yaml
  std::string edgesim;      // version
  std::uint64_t seed = 0;
  std::uint32_t replica = 0;
};

// Turns kReject in the table into a position of `actions`, which gains "reject" if need be.
void NameRejections(PolicyTableFile& file);

std::string PolicyTableJson(const PolicyTableFile& file);

// Throws InputError that begins with `name`.
PolicyTableFile ParsePolicyTable(const std::string& text, const std::string& name);

// The table in the actions and classes of an experiment, which must be those of the file in any
// order; "reject" becomes kReject where the experiment has no such action. Throws InputError that
// begins with `name`.
PolicyTable TableFor(const PolicyTableFile& file, const std::vector<std::string>& actions,
                     const std::vector<std::string>& classes, const std::string& name);

}  // namespace edgesim
