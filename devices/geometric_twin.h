// What a device would be to whoever takes its semi-Markov power for a Markov chain.
#pragma once

#include "devices/profile.h"

namespace edgesim {

// The geometric law whose mean stay, in whole intervals, is that of `law`.
DurationLaw GeometricTwin(const DurationLaw& law, double interval_s);

// The same profile with the geometric twin of every law of a stay; nothing is fitted, and readings
// stay autoregressive where they are.
DeviceProfile GeometricTwin(DeviceProfile profile);

}  // namespace edgesim
