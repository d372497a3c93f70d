// What a config file must be before it is read: UTF-8 text, one document, no tabs in the
// indentation, no key twice, no aliases, not nested absurdly deep.
#pragma once

#include <string>
#include <string_view>

namespace edgesim {

// Throws InputError "file:line:column: ...". After it YAML::Load of the same text is safe.
void CheckYaml(std::string_view text, const std::string& file);

}  // namespace edgesim
