#include "workloads/mt_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sim/input_error.h"

namespace edgesim {

std::vector<double> QuestionSet::ClassProbability() const {
  std::vector<double> share(classes.size());
  for (const Question& q : questions)
    share[q.class_id] += 1.0 / static_cast<double>(questions.size());
  return share;
}

QuestionSet ReadQuestions(const CsvTable& table) {
  const std::size_t id = table.Column("question_id"), category = table.Column("category"),
                    tokens = table.Column("prompt_tokens");
  QuestionSet set;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < table.rows(); ++i) set.classes.push_back(table.Text(i, category));
  std::sort(set.classes.begin(), set.classes.end());
  set.classes.erase(std::unique(set.classes.begin(), set.classes.end()), set.classes.end());
  for (std::size_t i = 0; i < table.rows(); ++i) {
    if (!ids.insert(table.Text(i, id)).second) {
      throw InputError(
          fmt::format("{}: question {} stands twice", table.name(), table.Text(i, id)));
    }
    const auto at =
        std::lower_bound(set.classes.begin(), set.classes.end(), table.Text(i, category));
    set.questions.push_back({.id = table.Text(i, id),
                             .class_id = static_cast<std::uint32_t>(at - set.classes.begin()),
                             .prompt_tokens = table.Count(i, tokens, 0)});
  }
  if (set.questions.empty()) throw InputError(table.name() + ": no questions");
  return set;
}

Request MtBench::Next(std::uint32_t index, SimTime previous, const Noise& world) const {
  WordStream question_words = world.Words(Stream::kQuestion);
  const auto count = static_cast<std::uint32_t>(questions_.questions.size());
  Request request{.index = index,
                  .arrival = previous,
                  .class_id = 0,
                  .question = UniformIndex(question_words, count),
                  .prompt_tokens = 0};
  request.class_id = questions_.questions[request.question].class_id;
  request.prompt_tokens = questions_.questions[request.question].prompt_tokens;
  if (!ClosedLoop()) {
    WordStream arrival_words = world.Words(Stream::kArrival);
    request.arrival += FromSeconds(mean_gap_s_ * StandardExponential(arrival_words));
  }
  return request;
}

}  // namespace edgesim
