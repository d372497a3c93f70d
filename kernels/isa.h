// Instruction sets the kernels are compiled for. Each has its own translation unit; which one runs
// is chosen at run time by what the CPU offers, or by the caller.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace edgesim::kernels {

enum class Isa { kScalar, kAvx2, kAvxVnni, kAvx512Vnni };

// Lower case: "scalar", "avx2", "avx-vnni", "avx512-vnni".
std::string_view NameOf(Isa isa);
std::optional<Isa> IsaNamed(std::string_view name);

// Those this program was compiled with and this CPU can run, slowest first; never empty.
const std::vector<Isa>& AvailableIsas();
inline Isa FastestIsa() { return AvailableIsas().back(); }

}  // namespace edgesim::kernels
