// The suggestion at the end of an error line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace edgesim {

// "; did you mean 'x'?" with the name closest to `word` by edit distance; empty where none is near
// (within a third of the word's length, at least two edits).
std::string DidYouMean(std::string_view word, const std::vector<std::string>& names);

}  // namespace edgesim
