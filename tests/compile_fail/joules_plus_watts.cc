#include "sim/units.h"
auto Misuse(edgesim::Joules j, edgesim::Watts w) { return j + w; }
