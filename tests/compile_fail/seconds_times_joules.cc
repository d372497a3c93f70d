#include "sim/units.h"
auto Misuse(edgesim::Joules j, edgesim::Duration d) { return j * d; }
