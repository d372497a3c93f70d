#include "kernels/isa.h"

#include <array>
#include <utility>

namespace edgesim::kernels {

namespace {

constexpr std::array<std::pair<Isa, std::string_view>, 4> kNames = {
    {{Isa::kScalar, "scalar"},
     {Isa::kAvx2, "avx2"},
     {Isa::kAvxVnni, "avx-vnni"},
     {Isa::kAvx512Vnni, "avx512-vnni"}}};

bool CpuOffers(Isa isa) {
  if (isa == Isa::kScalar) return true;
#ifdef __x86_64__
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0 &&
                    __builtin_cpu_supports("f16c") != 0;
  if (isa == Isa::kAvx2) return avx2;
  if (isa == Isa::kAvxVnni) return avx2 && __builtin_cpu_supports("avxvnni") != 0;
  return avx2 && __builtin_cpu_supports("avx512f") != 0 &&
         __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vnni") != 0;
#else
  return false;
#endif
}

}  // namespace

std::string_view NameOf(Isa isa) {
  for (const auto& [value, name] : kNames) {
    if (value == isa) return name;
  }
  return "";
}

std::optional<Isa> IsaNamed(std::string_view name) {
  for (const auto& [value, known] : kNames) {
    if (known == name) return value;
  }
  return std::nullopt;
}

const std::vector<Isa>& AvailableIsas() {
  static const std::vector<Isa> available = [] {
    std::vector<Isa> isas;
    for (const auto& [isa, name] : kNames) {
      if (CpuOffers(isa)) isas.push_back(isa);
    }
    return isas;
  }();
  return available;
}

}  // namespace edgesim::kernels
