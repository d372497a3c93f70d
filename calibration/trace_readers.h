// One reader per format; what ImportTrace chooses from.
#pragma once

#include "calibration/line_reader.h"
#include "calibration/power_trace.h"

namespace edgesim {

PowerTrace ReadGenericCsv(LineReader& lines, const ImportOptions& options);
PowerTrace ReadHwinfo(LineReader& lines, const ImportOptions& options);
PowerTrace ReadEnergiBridge(LineReader& lines, const ImportOptions& options);
PowerTrace ReadTegrastats(LineReader& lines, const ImportOptions& options);
PowerTrace ReadSpl(LineReader& lines, const ImportOptions& options);

}  // namespace edgesim
