#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "devices/host_profile.h"

namespace edgesim {

inline constexpr std::string_view kHostProfileSchema = "edgesim-host-profile/1";

// Reads a host profile from JSON text. `name` (usually the file's) opens every error line, which
// names the place as a JSON pointer: unknown and missing keys, wrong types, impossible numbers,
// another schema, a content that its checksum does not fit. Throws InputError.
HostProfile ParseHostProfile(std::string_view json, const std::string& name);

// The profile as JSON text with its checksum. Numbers have all the digits that reading needs, so
// that reading and writing gives the same bytes.
std::string FormatHostProfile(const HostProfile& profile);

// 16 hexadecimal digits that depend on all of the profile's content.
std::string HostProfileChecksum(const HostProfile& profile);

// Operations that have an element-wise law.
bool HasElementLaw(OpKind kind);

// What LawResidual::law may be.
std::vector<std::string> LawNames();

}  // namespace edgesim
