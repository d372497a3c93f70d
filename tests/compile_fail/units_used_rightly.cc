#include "sim/units.h"
edgesim::Joules Use(edgesim::Watts w, edgesim::Duration d) { return w * d + edgesim::Joules(1.0); }
