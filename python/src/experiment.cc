#include "experiment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <filesystem>

#include "bindings.h"
#include "experiments/actions_table.h"
#include "experiments/replica_run.h"
#include "experiments/resolved.h"
#include "experiments/run_dir.h"
#include "experiments/run_folder.h"
#include "experiments/run_output.h"
#include "experiments/summary_text.h"
#include "guest_policy.h"
#include "interruptible.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace py = pybind11;

namespace edgesim {

Phase PhaseOf(const std::string& name) {
  if (name == "train") return Phase::kTrain;
  if (name == "eval") return Phase::kEval;
  throw InputError(fmt::format("phase is '{}', allowed: 'train', 'eval'", name));
}

namespace {

std::shared_ptr<const BuiltExperiment> BuildFrom(const ConfigSource& source) {
  LoadedExperiment loaded = ParseExperiment(source.text, source.name, source.overrides);
  loaded.directory = source.directory;
  loaded.attached = source.attached;
  return Build(loaded);
}

template <class T, class Rows, class Get>
py::array_t<T> Column(const Rows& rows, const Get& get) {
  py::array_t<T> column(static_cast<py::ssize_t>(rows.size()));
  T* out = column.mutable_data();
  for (const auto& row : rows) *out++ = static_cast<T>(get(row));
  return column;
}

const char* Name(EndReason reason) {
  switch (reason) {
    case EndReason::kRequestsDone:
      return "requests done";
    case EndReason::kHorizon:
      return "horizon";
    case EndReason::kEnergyExhausted:
      return "energy exhausted";
    case EndReason::kCapExceeded:
      return "cap exceeded";
  }
  return "";
}

// Columns of two tables, and the figures of the whole.
py::dict EpisodeDict(const BuiltExperiment& built, const PowerCourse& course) {
  const EpisodeRecord& record = course.record;
  const auto& rows = record.rows;
  const std::vector<std::string> actions = built.ActionNames();
  py::list classes, chosen;
  for (const RequestRow& row : rows) {
    classes.append(built.questions.classes[row.request.class_id]);
    chosen.append(row.action < actions.size() ? actions[row.action]
                                              : (row.action == kDefer ? "defer" : "reject"));
  }
  using Row = RequestRow;
  py::dict requests;
  requests["request"] = Column<std::int64_t>(rows, [](const Row& r) { return r.request.index; });
  requests["class"] = classes;
  requests["action"] = chosen;
  requests["arrival_s"] =
      Column<double>(rows, [](const Row& r) { return InSeconds(r.request.arrival); });
  requests["dispatched_s"] =
      Column<double>(rows, [](const Row& r) { return InSeconds(r.dispatched); });
  requests["ended_s"] = Column<double>(rows, [](const Row& r) { return InSeconds(r.ended); });
  requests["energy_j"] = Column<double>(rows, [](const Row& r) { return r.energy.value(); });
  requests["peak_w"] = Column<double>(rows, [](const Row& r) { return r.peak.value(); });
  requests["reward"] = Column<double>(rows, [](const Row& r) { return r.reward; });
  requests["score"] = Column<double>(rows, [](const Row& r) { return r.score; });
  requests["completed"] = Column<bool>(rows, [](const Row& r) { return r.completed; });
  requests["rejected"] = Column<bool>(rows, [](const Row& r) { return r.rejected; });
  requests["cap_exceeded"] = Column<bool>(rows, [](const Row& r) { return r.cap_exceeded; });
  requests["late"] = Column<bool>(rows, [](const Row& r) { return r.late; });

  using Stretch = PowerStretch;
  const auto& stretches = course.stretches;
  py::dict power;
  power["start_s"] = Column<double>(stretches, [](const Stretch& s) { return InSeconds(s.start); });
  power["length_s"] =
      Column<double>(stretches, [](const Stretch& s) { return InSeconds(s.length); });
  power["request"] = Column<std::int64_t>(stretches, [](const Stretch& s) {
    return s.request ? static_cast<std::int64_t>(*s.request) : -1;
  });
  for (std::size_t rail = 0; rail < course.rails.size(); ++rail) {
    power[py::str(course.rails[rail] + "_w")] =
        Column<double>(stretches, [rail](const Stretch& s) { return s.rail_w[rail]; });
  }
  power["total_w"] = Column<double>(stretches, [](const Stretch& s) { return TotalOf(s).value(); });

  py::dict episode;
  episode["requests"] = requests;
  episode["power"] = power;
  episode["reward"] = record.reward;
  episode["energy_j"] = record.energy.value();
  episode["budget_used"] = record.budget_used;
  episode["end_reason"] = Name(record.end_reason);
  episode["end_s"] = InSeconds(record.end_time);
  episode["unserved"] = record.requests_unserved;
  episode["budget_j"] = built.world.limits.budget.limit.value();
  episode["cap_w"] = built.config.power_cap
                         ? py::object(py::float_(built.config.power_cap->limit_w))
                         : py::object(py::none());
  return episode;
}

void CheckReplica(const BuiltExperiment& built, std::uint32_t replica) {
  if (replica < built.config.replicas) return;
  throw InputError(
      fmt::format("there is no replica {}, allowed: 0 to {}", replica, built.config.replicas - 1));
}

}  // namespace

PyExperiment::PyExperiment(const ConfigSource& source) : built_(BuildFrom(source)) {}

py::dict PyExperiment::Run(int threads, bool keep_policies, const py::dict& policies,
                           const std::string& config_path, const py::object& progress) const {
  const std::vector<Contestant> guests =
      GuestsOf(policies, built_->ActionNames(), built_->VisibleClassNames());
  struct Outcome {
    std::map<std::string, std::string> files;
    std::string text;
    std::vector<std::string> warnings;
    std::uint64_t episodes = 0;
  };
  const int all = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const int used = threads > 0 ? threads : all;
  Outcome outcome = CallInterruptibly(progress, [&, built = built_](CallState& state) {
    Outcome made;
    const auto start = std::chrono::steady_clock::now();
    const RunResult result = RunExperiment(
        *built,
        {.threads = used,
         .keep_trained = keep_policies,
         .resume = nullptr,
         .progress = [&](std::uint64_t done, std::uint64_t total) { state.Progress(done, total); },
         .checkpoint = [&] { state.Check(); },
         .guests = guests,
         .on_model =
             [&](const DecisionModel& model) {
               state.Check();
               made.warnings = Warnings(*built, model);
             }});
    const RunSummary summary = Summarise(*built, result);
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    made.files = FolderFiles(
        *built, result, summary,
        {.threads = used, .seconds = spent.count(), .config = config_path, .resumed_from = ""});
    made.text = RunText(*built, summary);
    made.episodes = result.episodes;
    return made;
  });
  py::dict result;
  result["files"] = outcome.files;
  result["text"] = outcome.text;
  result["warnings"] = outcome.warnings;
  result["episodes"] = outcome.episodes;
  return result;
}

const Contestant* PyExperiment::Find(const std::string& policy, std::vector<Contestant>& guests) {
  for (const Contestant& guest : guests) {
    if (guest.name == policy) return &guest;
  }
  if (!lineup_) lineup_ = MakeLineup(*built_);
  if (const Contestant* found = lineup_->Find(policy)) return found;
  std::vector<std::string> names;
  for (const Contestant& c : lineup_->contestants) names.push_back(c.name);
  for (const Contestant& guest : guests) names.push_back(guest.name);
  throw InputError(fmt::format("there is no policy '{}'; there is {}{}", policy,
                               fmt::join(names, ", "), DidYouMean(policy, names)));
}

Policy& PyExperiment::Trained(const Contestant& contestant, std::uint32_t replica,
                              const std::function<void()>& checkpoint) {
  Replica training;
  if (!contestant.config && !contestant.constant) {  // a guest: the same name may mean another one
    return *(trained_[{contestant.name, replica}] =
                 TrainedPolicy(*built_, contestant, replica, nullptr, training, checkpoint));
  }
  std::unique_ptr<Policy>& policy = trained_[{contestant.name, replica}];
  if (!policy) policy = TrainedPolicy(*built_, contestant, replica, nullptr, training, checkpoint);
  return *policy;
}

PowerCourse PyExperiment::Simulate(const std::string& policy, std::uint32_t replica,
                                   std::uint32_t episode, const std::string& phase,
                                   const py::dict& policies) {
  const Phase keyed = PhaseOf(phase);
  CheckReplica(*built_, replica);
  std::vector<Contestant> guests =
      GuestsOf(policies, built_->ActionNames(), built_->VisibleClassNames());
  return CallInterruptibly(py::none(), [&](CallState& state) {
    const std::lock_guard lock(mutex_);
    const Contestant& contestant = *Find(policy, guests);
    Policy& trained = Trained(contestant, replica, [&] { state.Check(); });
    return RecordCourse(*built_, contestant, trained, replica, episode, keyed);
  });
}

void BindExperiment(py::module_& module) {
  py::class_<PyExperiment, std::shared_ptr<PyExperiment>>(module, "Experiment")
      .def(py::init([](std::string text, std::string name, std::string directory,
                       std::vector<std::string> overrides,
                       std::map<std::string, std::string> attached) {
             return std::make_shared<PyExperiment>(
                 ConfigSource{std::move(text), std::move(name), std::move(directory),
                              std::move(overrides), std::move(attached)});
           }),
           py::arg("text"), py::arg("name"), py::arg("directory"), py::arg("overrides"),
           py::arg("attached"))
      .def_property_readonly("name", [](const PyExperiment& e) { return e.built().config.name; })
      .def_property_readonly("actions",
                             [](const PyExperiment& e) { return e.built().ActionNames(); })
      .def_property_readonly("classes",
                             [](const PyExperiment& e) { return e.built().VisibleClassNames(); })
      .def_property_readonly("device",
                             [](const PyExperiment& e) { return e.built().device_facts.name; })
      .def_property_readonly("seed", [](const PyExperiment& e) { return e.built().config.seed; })
      .def("to_yaml", [](const PyExperiment& e) { return ResolvedYaml(e.built().config); })
      .def("actions_table",
           [](const PyExperiment& e) {
             return CallInterruptibly(py::none(),
                                      [&](CallState&) { return ActionsTable(e.built()); });
           })
      .def("run", &PyExperiment::Run, py::arg("threads"), py::arg("keep_policies"),
           py::arg("policies"), py::arg("config_path"), py::arg("progress"))
      .def(
          "simulate",
          [](PyExperiment& e, const std::string& policy, std::uint32_t replica,
             std::uint32_t episode, const std::string& phase, const py::dict& policies) {
            return EpisodeDict(e.built(), e.Simulate(policy, replica, episode, phase, policies));
          },
          py::arg("policy"), py::arg("replica"), py::arg("episode"), py::arg("phase"),
          py::arg("policies"));

  py::class_<RunDir>(module, "RunDir")
      .def(py::init([](const std::filesystem::path& out, const std::string& name, bool force) {
             return RunDir(out, name, force);
           }),
           py::arg("out"), py::arg("name"), py::arg("force"))
      .def("write", &RunDir::Write, py::arg("files"));

  py::class_<RunFolder, std::shared_ptr<RunFolder>>(module, "RunFolder")
      .def(py::init([](const std::filesystem::path& folder) {
             return CallInterruptibly(
                 py::none(), [&](CallState&) { return std::make_shared<RunFolder>(folder); });
           }),
           py::arg("folder"))
      .def(
          "simulate",
          [](const RunFolder& run, const std::string& policy, std::uint32_t replica,
             std::uint32_t episode) {
            const PowerCourse course = CallInterruptibly(py::none(), [&](CallState&) {
              const Contestant& contestant = run.Find(policy);
              const std::unique_ptr<Policy> restored = run.Restore(contestant, replica);
              return RecordCourse(run.built(), contestant, *restored, replica, episode);
            });
            return EpisodeDict(run.built(), course);
          },
          py::arg("policy"), py::arg("replica"), py::arg("episode"));
}

}  // namespace edgesim
