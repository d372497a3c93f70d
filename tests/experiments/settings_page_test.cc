// Tests for experiments/settings_page.cc: docs/settings.md holds its tables and no others.
#include "experiments/settings_page.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "experiments/files.h"

namespace edgesim {
namespace {

std::ptrdiff_t TableLines(const std::string& text) {
  std::ptrdiff_t lines = text.starts_with("|");
  for (std::size_t at = 0; (at = text.find("\n|", at)) != std::string::npos; ++at) ++lines;
  return lines;
}

TEST(SettingsPage, DocsHoldTheTables) {
  const std::string page = ReadTextFile(std::string(EDGESIM_SOURCE_DIR) + "/docs/settings.md");
  std::ptrdiff_t lines = 0;
  for (const std::vector<std::string>& tables : {ExperimentTables(), FidelityTables()}) {
    for (const std::string& table : tables) {
      EXPECT_NE(page.find(table), std::string::npos)
          << "docs/settings.md differs from `edgesim schema --markdown` in\n"
          << table;
      lines += TableLines(table);
    }
  }
  EXPECT_EQ(TableLines(page), lines);
  EXPECT_GT(lines, 100);
}

TEST(SettingsPage, RowsSayDefaultRangeAndMeaning) {
  const std::vector<std::string> tables = ExperimentTables();
  ASSERT_EQ(tables.size(), 6U);
  const auto has = [&](std::size_t table, const char* row) {
    EXPECT_NE(tables[table].find(row), std::string::npos) << row << " in\n" << tables[table];
  };
  has(0, "\n| `replicas` | 20 | 1 to 1000000 | independent");
  has(0, "\n| `workload.arrivals.rate_per_s` | required | 1e-06 to 1000000 | mean");
  has(0, "\n| `policies.NAME.shield.epsilon` | 0.05 | 0 to 1 | ");
  has(1, "\n| `energy_j` | required |");
  has(2, "\n| `accept_success` | 1 | 0 to 1 |");
  has(3, "\n| `table` | a policy from a file | `file` (required) |");
  has(4, "\n| `q-learning` | tabular Q-learning | `features` ([energy]), `energy_bins` (10), ");
  has(5,
      "\n| `trace_decay` | 0 to 1 | lambda: how far back a step's news reach | q-lambda, saute-q "
      "|");
}

}  // namespace
}  // namespace edgesim
