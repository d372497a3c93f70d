#include "kernels/superblock.h"

#include <cstring>
#include <stdexcept>
#include <string>

namespace edgesim::kernels {
namespace {

std::uint8_t Byte(unsigned value) { return static_cast<std::uint8_t>(value); }

// Six-bit scales and mins of Q4_K and Q5_K in twelve bytes.
void UnpackScales(const std::uint8_t* bytes, SuperBlockCodes& codes) {
  for (std::size_t j = 0; j < 4; ++j) {
    codes.scale[j] = static_cast<std::int8_t>(bytes[j] & 63U);
    codes.min[j] = Byte(bytes[4 + j] & 63U);
    codes.scale[4 + j] = static_cast<std::int8_t>((bytes[8 + j] & 15U) | ((bytes[j] >> 6) << 4));
    codes.min[4 + j] = Byte((unsigned{bytes[8 + j]} >> 4) | ((unsigned{bytes[4 + j]} >> 6) << 4));
  }
}

void PackScales(const SuperBlockCodes& codes, std::uint8_t* bytes) {
  for (std::size_t j = 0; j < 4; ++j) {
    const unsigned scale = Byte(static_cast<unsigned>(codes.scale[4 + j]));
    const unsigned min = codes.min[4 + j];
    bytes[j] = Byte(static_cast<unsigned>(codes.scale[j]) | ((scale >> 4) << 6));
    bytes[4 + j] = Byte(codes.min[j] | ((min >> 4) << 6));
    bytes[8 + j] = Byte((scale & 15U) | ((min & 15U) << 4));
  }
}

void Unpack(const BlockQ4_K& block, SuperBlockCodes& codes) {
  codes.d = block.d;
  codes.dmin = block.dmin;
  UnpackScales(block.scales, codes);
  for (std::size_t i = 0; i < kSuperBlock; ++i) {
    const unsigned byte = block.q[i / 64 * 32 + i % 32];
    codes.code[i] = Byte(i / 32 % 2 == 0 ? byte & 15U : byte >> 4);
  }
}

void Pack(const SuperBlockCodes& codes, BlockQ4_K& block) {
  block.d = codes.d;
  block.dmin = codes.dmin;
  PackScales(codes, block.scales);
  for (std::size_t b = 0; b < 128; ++b) {
    const std::size_t i = b / 32 * 64 + b % 32;
    block.q[b] = Byte(codes.code[i] | (unsigned{codes.code[i + 32]} << 4));
  }
}

void Unpack(const BlockQ5_K& block, SuperBlockCodes& codes) {
  codes.d = block.d;
  codes.dmin = block.dmin;
  UnpackScales(block.scales, codes);
  for (std::size_t i = 0; i < kSuperBlock; ++i) {
    const unsigned byte = block.q[i / 64 * 32 + i % 32];
    const unsigned high = (unsigned{block.qh[i % 32]} >> (i / 32)) & 1U;
    codes.code[i] = Byte((i / 32 % 2 == 0 ? byte & 15U : byte >> 4) | (high << 4));
  }
}

void Pack(const SuperBlockCodes& codes, BlockQ5_K& block) {
  block.d = codes.d;
  block.dmin = codes.dmin;
  PackScales(codes, block.scales);
  for (std::size_t b = 0; b < 128; ++b) {
    const std::size_t i = b / 32 * 64 + b % 32;
    block.q[b] = Byte((codes.code[i] & 15U) | ((codes.code[i + 32] & 15U) << 4));
  }
  for (std::size_t b = 0; b < 32; ++b) {
    unsigned bits = 0;
    for (std::size_t s = 0; s < 8; ++s) bits |= (unsigned{codes.code[32 * s + b]} >> 4) << s;
    block.qh[b] = Byte(bits);
  }
}

// Per half of 128 weights, quarter j of 32: nibble j / 2 of byte l + 32 (j % 2), pair of bits j.
void Unpack(const BlockQ6_K& block, SuperBlockCodes& codes) {
  codes.d = block.d;
  std::memcpy(codes.scale.data(), block.scales, sizeof(block.scales));
  for (std::size_t i = 0; i < kSuperBlock; ++i) {
    const std::size_t half = i / 128, quarter = i / 32 % 4, l = i % 32;
    const unsigned low =
        unsigned{block.ql[64 * half + 32 * (quarter % 2) + l]} >> (quarter / 2 * 4);
    const unsigned high = unsigned{block.qh[32 * half + l]} >> (2 * quarter);
    codes.code[i] = Byte((low & 15U) | ((high & 3U) << 4));
  }
}

void Pack(const SuperBlockCodes& codes, BlockQ6_K& block) {
  block = {};
  block.d = codes.d;
  std::memcpy(block.scales, codes.scale.data(), sizeof(block.scales));
  for (std::size_t i = 0; i < kSuperBlock; ++i) {
    const std::size_t half = i / 128, quarter = i / 32 % 4, l = i % 32;
    std::uint8_t& low = block.ql[64 * half + 32 * (quarter % 2) + l];
    std::uint8_t& high = block.qh[32 * half + l];
    low = Byte(low | ((codes.code[i] & 15U) << (quarter / 2 * 4)));
    high = Byte(high | ((unsigned{codes.code[i]} >> 4) << (2 * quarter)));
  }
}

// The low two bits of Q3_K and Q2_K.
unsigned LowBits(const std::uint8_t* q, std::size_t i) {
  return (unsigned{q[i / 128 * 32 + i % 32]} >> (i / 32 % 4 * 2)) & 3U;
}

void PackLowBits(const SuperBlockCodes& codes, std::uint8_t* q) {
  std::memset(q, 0, 64);
  for (std::size_t i = 0; i < kSuperBlock; ++i) {
    std::uint8_t& byte = q[i / 128 * 32 + i % 32];
    byte = Byte(byte | ((codes.code[i] & 3U) << (i / 32 % 4 * 2)));
  }
}

void Unpack(const BlockQ3_K& block, SuperBlockCodes& codes) {
  codes.d = block.d;
  for (std::size_t s = 0; s < 16; ++s) {
    const unsigned low = (unsigned{block.scales[s % 8]} >> (s / 8 * 4)) & 15U;
    const unsigned high = (unsigned{block.scales[8 + s % 4]} >> (s / 4 * 2)) & 3U;
    codes.scale[s] = static_cast<std::int8_t>(static_cast<int>(low | (high << 4)) - 32);
  }
  for (std::size_t i = 0; i < kSuperBlock; ++i) {
    const unsigned third = (unsigned{block.hmask[i % 32]} >> (i / 32)) & 1U;
    codes.code[i] = Byte(LowBits(block.q, i) | (third << 2));
  }
}

void Pack(const SuperBlockCodes& codes, BlockQ3_K& block) {
  block = {};
  block.d = codes.d;
  for (std::size_t s = 0; s < 16; ++s) {
    const auto six = static_cast<unsigned>(codes.scale[s] + 32);
    std::uint8_t& low = block.scales[s % 8];
    std::uint8_t& high = block.scales[8 + s % 4];
    low = Byte(low | ((six & 15U) << (s / 8 * 4)));
    high = Byte(high | ((six >> 4) << (s / 4 * 2)));
  }
  PackLowBits(codes, block.q);
  for (std::size_t i = 0; i < kSuperBlock; ++i) {
    std::uint8_t& mask = block.hmask[i % 32];
    mask = Byte(mask | ((unsigned{codes.code[i]} >> 2) << (i / 32)));
  }
}

void Unpack(const BlockQ2_K& block, SuperBlockCodes& codes) {
  codes.d = block.d;
  codes.dmin = block.dmin;
  for (std::size_t s = 0; s < 16; ++s) {
    codes.scale[s] = static_cast<std::int8_t>(block.scales[s] & 15U);
    codes.min[s] = Byte(unsigned{block.scales[s]} >> 4);
  }
  for (std::size_t i = 0; i < kSuperBlock; ++i) codes.code[i] = Byte(LowBits(block.q, i));
}

void Pack(const SuperBlockCodes& codes, BlockQ2_K& block) {
  block.d = codes.d;
  block.dmin = codes.dmin;
  for (std::size_t s = 0; s < 16; ++s) {
    block.scales[s] = Byte(static_cast<unsigned>(codes.scale[s]) | (unsigned{codes.min[s]} << 4));
  }
  PackLowBits(codes, block.q);
}

template <typename Block>
SuperBlockCodes UnpackAs(const std::byte* bytes) {
  Block block;
  std::memcpy(&block, bytes, sizeof(block));
  SuperBlockCodes codes;
  Unpack(block, codes);
  return codes;
}

template <typename Block>
void PackAs(const SuperBlockCodes& codes, std::byte* bytes) {
  Block block;
  Pack(codes, block);
  std::memcpy(bytes, &block, sizeof(block));
}

[[noreturn]] void ThrowNoKFormat(WeightFormat format) {
  throw std::invalid_argument(std::string(InfoOf(format).name) + " has no super-blocks");
}

}  // namespace

bool IsKFormat(WeightFormat format) { return InfoOf(format).block == kSuperBlock; }

const SuperBlockLayout& LayoutOf(WeightFormat format) {
  static constexpr SuperBlockLayout kQ6 = {16, 32, 63, -128, 127, 0};
  static constexpr SuperBlockLayout kQ5 = {32, 0, 31, 0, 63, 63};
  static constexpr SuperBlockLayout kQ4 = {32, 0, 15, 0, 63, 63};
  static constexpr SuperBlockLayout kQ3 = {16, 4, 7, -32, 31, 0};
  static constexpr SuperBlockLayout kQ2 = {16, 0, 3, 0, 15, 15};
  switch (format) {
    case WeightFormat::kQ6_K:
      return kQ6;
    case WeightFormat::kQ5_K:
      return kQ5;
    case WeightFormat::kQ4_K:
      return kQ4;
    case WeightFormat::kQ3_K:
      return kQ3;
    case WeightFormat::kQ2_K:
      return kQ2;
    default:
      ThrowNoKFormat(format);
  }
}

SuperBlockCodes UnpackSuperBlock(WeightFormat format, const std::byte* block) {
  switch (format) {
    case WeightFormat::kQ6_K:
      return UnpackAs<BlockQ6_K>(block);
    case WeightFormat::kQ5_K:
      return UnpackAs<BlockQ5_K>(block);
    case WeightFormat::kQ4_K:
      return UnpackAs<BlockQ4_K>(block);
    case WeightFormat::kQ3_K:
      return UnpackAs<BlockQ3_K>(block);
    case WeightFormat::kQ2_K:
      return UnpackAs<BlockQ2_K>(block);
    default:
      ThrowNoKFormat(format);
  }
}

void PackSuperBlock(WeightFormat format, const SuperBlockCodes& codes, std::byte* block) {
  switch (format) {
    case WeightFormat::kQ6_K:
      return PackAs<BlockQ6_K>(codes, block);
    case WeightFormat::kQ5_K:
      return PackAs<BlockQ5_K>(codes, block);
    case WeightFormat::kQ4_K:
      return PackAs<BlockQ4_K>(codes, block);
    case WeightFormat::kQ3_K:
      return PackAs<BlockQ3_K>(codes, block);
    case WeightFormat::kQ2_K:
      return PackAs<BlockQ2_K>(codes, block);
    default:
      ThrowNoKFormat(format);
  }
}

}  // namespace edgesim::kernels
