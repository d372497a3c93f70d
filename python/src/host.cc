#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <optional>

#include "bindings.h"
#include "devices/host_profile_io.h"
#include "experiments/catalog.h"
#include "experiments/cli/calibrate_request.h"
#include "experiments/cli/request_arguments.h"
#include "interruptible.h"

namespace py = pybind11;

namespace edgesim {

void BindHost(py::module_& module) {
  module.def("model_names", [] {
    std::vector<std::string> names;
    for (const ModelCard& card : ShippedModelCards()) names.push_back(card.name);
    return names;
  });
  module.def(
      "predict",
      [](std::string model, std::string quantization, std::size_t prompt, std::size_t generate,
         std::optional<std::size_t> threads, std::string profile, bool other_host) {
        RequestArguments args;
        args.model = std::move(model);
        args.profile = std::move(profile);
        args.input = {.quantization = std::move(quantization),
                      .size = {.prompt_tokens = prompt, .generated_tokens = generate},
                      .threads = threads,
                      .other_host = other_host};
        return CallInterruptibly(py::none(), [&](CallState&) {
          return PredictJson(PredictReportOf(args, FindModelCard(args.model)));
        });
      },
      py::arg("model"), py::arg("quantization"), py::arg("prompt"), py::arg("generate"),
      py::arg("threads"), py::arg("host_profile"), py::arg("other_host"));
  module.def(
      "calibrate",
      [](std::string name, std::vector<std::size_t> threads, bool quick,
         const py::object& progress) {
        const CalibrateRequest request{std::move(name), std::move(threads), quick};
        return CallInterruptibly(progress, [&](CallState& state) {
          constexpr std::uint64_t kSteps = 1000;
          HostProfile profile = CalibrateThisHost(request, [&](double share, const std::string&) {
            state.Progress(static_cast<std::uint64_t>(share * kSteps), kSteps);
          });
          CheckQuality(profile, "the calibration");
          return FormatHostProfile(profile);
        });
      },
      py::arg("name"), py::arg("threads"), py::arg("quick"), py::arg("progress"));
}

}  // namespace edgesim
