// Requests drawn uniformly with replacement from a list of benchmark questions.
#pragma once

#include <string>
#include <vector>

#include "sim/csv_table.h"
#include "sim/workload.h"

namespace edgesim {

struct Question {
  std::string id;
  std::uint32_t class_id = 0;       // position in QuestionSet::classes
  std::uint32_t prompt_tokens = 0;  // by the reference tokenizer of the table
};

struct QuestionSet {
  std::vector<std::string> classes;  // category names, sorted
  std::vector<Question> questions;

  // Share of each class among the questions (classes).
  std::vector<double> ClassProbability() const;
};

// Columns question_id, category, prompt_tokens. Throws InputError; a repeated question is one.
QuestionSet ReadQuestions(const CsvTable& table);

// The next request arrives when the one before it has ended.
struct ClosedLoopConfig {
  static constexpr const char* kKind = "closed_loop";
  template <class V>
  void Visit(V&) {}
};

// Arrivals as a Poisson process, whatever the device does.
struct PoissonConfig {
  static constexpr const char* kKind = "poisson";
  double rate_per_s = 0.1;
  template <class V>
  void Visit(V& v) {
    v.Required("rate_per_s", rate_per_s, 1e-6, 1e6);
  }
};

class MtBench final : public Workload {
 public:
  explicit MtBench(QuestionSet questions, ClosedLoopConfig = {})
      : questions_(std::move(questions)) {}
  MtBench(QuestionSet questions, const PoissonConfig& arrivals)
      : questions_(std::move(questions)), mean_gap_s_(1 / arrivals.rate_per_s) {}

  bool ClosedLoop() const override { return mean_gap_s_ == 0; }
  Request Next(std::uint32_t index, SimTime previous, const Noise& world) const override;

 private:
  QuestionSet questions_;
  double mean_gap_s_ = 0;  // 0: closed loop
};

}  // namespace edgesim
