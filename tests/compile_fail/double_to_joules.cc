#include "sim/units.h"
edgesim::Joules Misuse() { return 1.0; }
