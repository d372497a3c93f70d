#include "experiments/policy_c_header.h"

#include <fmt/format.h>

#include <cctype>

namespace edgesim {

namespace {

std::string Guard(const std::string& policy) {
  std::string guard = "EDGESIM_POLICY_";
  for (const char c : policy) {
    const auto u = static_cast<unsigned char>(c);
    guard += std::isalnum(u) ? static_cast<char>(std::toupper(u)) : '_';
  }
  return guard + "_H";
}

// As the inside of a string literal, or of a comment: nothing that ends either.
std::string Plain(const std::string& name) {
  std::string text;
  for (const char c : name) {
    const bool harmless = c >= ' ' && c < '\x7f' && c != '"' && c != '\\' && c != '*' && c != '?';
    text += harmless ? c : '_';
  }
  return text;
}

std::string Literal(double value) {
  std::string digits = fmt::format("{}", value);  // shortest that read back to the same number
  if (digits.find_first_of(".e") == std::string::npos) digits += ".0";
  return digits;
}

// Items of an initialiser, in lines of at most 100 characters.
class Items {
 public:
  void Add(const std::string& item) {
    if (text_.empty() || width_ + item.size() + 2 > 100) {
      text_ += text_.empty() ? "    " : "\n    ";
      width_ = 4;
    } else {
      text_ += ' ';
      ++width_;
    }
    text_ += item + ",";
    width_ += item.size() + 1;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::size_t width_ = 0;
};

}  // namespace

std::string PolicyCHeader(const PolicyTableFile& file) {
  const PolicyTable& table = file.table;
  Items actions, classes, rows, from, action;
  for (const std::string& name : file.actions) actions.Add('"' + Plain(name) + '"');
  for (const std::string& name : file.classes) classes.Add('"' + Plain(name) + '"');
  std::size_t row = 0;
  for (const PolicyTable::Ladder& ladder : table.ladders) {
    rows.Add(std::to_string(row));
    row += ladder.from_j.size();
    for (const double threshold : ladder.from_j) from.Add(Literal(threshold));
    for (const ActionId choice : ladder.action) action.Add(std::to_string(choice));
  }
  rows.Add(std::to_string(row));
  const std::string guard = Guard(file.policy);
  return fmt::format(
      R"(/* Policy '{policy}' (kind {kind}) as a table: what to choose by energy and requests left and class.
 * Exported by edgesim {edgesim}: config {hash}, seed {seed}, replica {replica}.
 * Made for a budget of {budget} J and {requests} requests. C99, needs nothing else. */
#ifndef {guard}
#define {guard}

#define EDGESIM_POLICY_ACTIONS {n_actions}
#define EDGESIM_POLICY_CLASSES {n_classes}
#define EDGESIM_POLICY_REQUESTS {requests}
#define EDGESIM_POLICY_BUDGET_J {budget}

static const char *const edgesim_policy_actions[EDGESIM_POLICY_ACTIONS] = {{
{actions}
}};

static const char *const edgesim_policy_classes[EDGESIM_POLICY_CLASSES] = {{
{classes}
}};

/* Row of [requests left - 1][class] begins here in the two arrays below. */
static const unsigned int edgesim_policy_rows[{n_rows}] = {{
{rows}
}};

/* The action from this energy on, in joules; it rises within a row. */
static const double edgesim_policy_from_j[{n_steps}] = {{
{from}
}};

static const unsigned short edgesim_policy_action[{n_steps}] = {{
{action}
}};

/* Position in edgesim_policy_actions. requests_left counts this request too; what is out of range is
 * clamped, and an energy that is no number counts as none. */
static inline int edgesim_policy_choose(double energy_left_j, int requests_left, int class_id) {{
  unsigned int low, high, row;
  if (requests_left < 1) requests_left = 1;
  if (requests_left > EDGESIM_POLICY_REQUESTS) requests_left = EDGESIM_POLICY_REQUESTS;
  if (class_id < 0) class_id = 0;
  if (class_id >= EDGESIM_POLICY_CLASSES) class_id = EDGESIM_POLICY_CLASSES - 1;
  row = (unsigned int)(requests_left - 1) * EDGESIM_POLICY_CLASSES + (unsigned int)class_id;
  low = edgesim_policy_rows[row];
  high = edgesim_policy_rows[row + 1];
  while (high - low > 1) {{ /* from_j[low] <= energy < from_j[high] */
    const unsigned int middle = low + (high - low) / 2;
    if (energy_left_j >= edgesim_policy_from_j[middle])
      low = middle;
    else
      high = middle;
  }}
  return edgesim_policy_action[low];
}}

#endif /* {guard} */
)",
      fmt::arg("policy", Plain(file.policy)), fmt::arg("kind", Plain(file.kind)),
      fmt::arg("edgesim", Plain(file.edgesim)), fmt::arg("hash", Plain(file.config_hash)),
      fmt::arg("seed", file.seed), fmt::arg("replica", file.replica),
      fmt::arg("budget", Literal(file.budget_j)), fmt::arg("requests", table.requests),
      fmt::arg("guard", guard), fmt::arg("n_actions", file.actions.size()),
      fmt::arg("n_classes", file.classes.size()), fmt::arg("actions", actions.text()),
      fmt::arg("classes", classes.text()), fmt::arg("n_rows", table.ladders.size() + 1),
      fmt::arg("rows", rows.text()), fmt::arg("n_steps", row), fmt::arg("from", from.text()),
      fmt::arg("action", action.text()));
}

}  // namespace edgesim
