#include "experiments/text_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

namespace edgesim {

namespace {

constexpr std::size_t kLeastColumns = 40, kLeastRows = 8, kWidestName = 26;
constexpr int kColors[] = {34, 31, 32, 35, 36, 33};  // ANSI, of curves in turn
constexpr int kLevelColor = 90;
constexpr std::uint8_t kBits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

// Characters on the screen of UTF-8 text.
std::size_t Width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void Add(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  bool Empty() const { return low > high; }
};

// Dots in cells; a cell has the mark and the colour of what was drawn there last.
class Canvas {
 public:
  Canvas(std::size_t columns, std::size_t rows, const PlotStyle& style)
      : columns_(columns),
        rows_(rows),
        across_(style.braille ? 2 : 1),
        down_(style.braille ? 4 : 1),
        style_(style),
        cells_(columns * rows) {}

  std::size_t dots_across() const { return columns_ * across_; }
  std::size_t dots_down() const { return rows_ * down_; }

  void Dot(std::ptrdiff_t x, std::ptrdiff_t y, char mark, int color) {
    if (x < 0 || y < 0) return;
    const auto column = static_cast<std::size_t>(x), row = static_cast<std::size_t>(y);
    if (column >= dots_across() || row >= dots_down()) return;
    Cell& cell = cells_[row / down_ * columns_ + column / across_];
    cell.bits = static_cast<std::uint8_t>(cell.bits | kBits[row % down_][column % across_]);
    cell.mark = mark;
    cell.color = color;
  }

  void Line(std::ptrdiff_t x0, std::ptrdiff_t y0, std::ptrdiff_t x1, std::ptrdiff_t y1, char mark,
            int color) {
    const std::ptrdiff_t steps =
        std::max<std::ptrdiff_t>({std::abs(x1 - x0), std::abs(y1 - y0), 1});
    for (std::ptrdiff_t i = 0; i <= steps; ++i) {
      const double share = static_cast<double>(i) / static_cast<double>(steps);
      Dot(x0 + std::lround(share * static_cast<double>(x1 - x0)),
          y0 + std::lround(share * static_cast<double>(y1 - y0)), mark, color);
    }
  }

  std::string Row(std::size_t row) const {
    std::string text;
    for (std::size_t column = 0; column < columns_; ++column) {
      const Cell& cell = cells_[row * columns_ + column];
      if (cell.bits == 0) {
        text += ' ';
        continue;
      }
      std::string glyph(1, cell.mark);
      if (style_.braille) {  // U+2800 + bits
        glyph = {static_cast<char>(0xE2), static_cast<char>(0xA0 | (cell.bits >> 6)),
                 static_cast<char>(0x80 | (cell.bits & 0x3F))};
      }
      text += style_.colors ? fmt::format("\033[{}m{}\033[0m", cell.color, glyph) : glyph;
    }
    return text;
  }

 private:
  struct Cell {
    std::uint8_t bits = 0;
    char mark = ' ';
    int color = 0;
  };
  std::size_t columns_, rows_, across_, down_;
  PlotStyle style_;
  std::vector<Cell> cells_;
};

// A name beside the plot, at the row where its curve ends or as near as there is room.
struct SideName {
  std::size_t row = 0;
  std::string text;
};

void Separate(std::vector<SideName>& names, std::size_t rows) {
  std::stable_sort(names.begin(), names.end(),
                   [](const SideName& a, const SideName& b) { return a.row < b.row; });
  for (std::size_t i = 1; i < names.size(); ++i)
    names[i].row = std::max(names[i].row, names[i - 1].row + 1);
  std::size_t end = rows;  // what has been pushed below the plot moves up again
  for (std::size_t i = names.size(); i-- > 0 && end > 0;)
    end = names[i].row = std::min(names[i].row, end - 1);
}

std::string Colored(const std::string& text, int color, const PlotStyle& style) {
  return style.colors ? fmt::format("\033[{}m{}\033[0m", color, text) : text;
}

std::string Cut(const std::string& name, std::size_t width) {
  return name.size() <= width ? name : name.substr(0, width - 1) + "~";
}

class Drawing {
 public:
  Drawing(const TextPlot& plot, const PlotStyle& style) : plot_(plot), style_(style) {
    for (const PlotCurve& curve : plot.curves) {
      for (const auto& [px, py] : curve.points) {
        if (!std::isfinite(px) || !std::isfinite(py)) continue;
        x_.Add(px);
        y_.Add(py);
      }
      name_width_ = std::max(name_width_, Cut(NameOf(curve, 0), kWidestName).size());
    }
    for (const PlotLevel& level : plot.levels) {
      y_.Add(level.y);
      name_width_ = std::max(name_width_, Cut(level.name, kWidestName).size());
    }
  }

  std::string Text() {
    if (x_.Empty() || y_.Empty()) return plot_.title + "\n(nothing to draw)\n";
    if (x_.low == x_.high) x_.high = x_.low + 1;
    const std::size_t rows = std::max(style_.rows, kLeastRows) - 4;  // title, axis, numbers, name
    ticks_ = NiceTicks(y_.low, y_.high, std::max<std::size_t>(3, rows / 3));
    y_ = {ticks_.front(), ticks_.back()};
    std::vector<std::string> labels;
    std::size_t label_width = 0;
    for (const double tick : ticks_) {
      labels.push_back(fmt::format("{:.6g}", tick));
      label_width = std::max(label_width, labels.back().size());
    }
    const std::size_t columns = std::max(style_.columns, kLeastColumns);
    const std::size_t beside = label_width + 2 + name_width_ + 2;
    const std::size_t width = columns > beside + 10 ? columns - beside : 10;
    Canvas canvas(width, rows, style_);
    const std::vector<SideName> names = Draw(canvas, rows);

    std::string text = plot_.title + "\n";
    for (std::size_t row = 0; row < rows; ++row) {
      std::string label;
      for (std::size_t t = 0; t < ticks_.size(); ++t) {
        if (RowOf(ticks_[t], rows) == row) label = labels[t];
      }
      text += fmt::format("{:>{}} {}", label, label_width, Edge(label));
      std::string line = canvas.Row(row);
      for (const SideName& name : names) {
        if (name.row == row) line += " " + name.text;
      }
      text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text + Axis(label_width, width);
  }

 private:
  static std::string NameOf(const PlotCurve& curve, char mark) {
    return mark == 0 ? "a " + curve.name : fmt::format("{} {}", mark, curve.name);
  }
  std::string Edge(const std::string& label) const {
    if (!style_.braille) return label.empty() ? "|" : "+";
    return label.empty() ? "│" : "┤";
  }
  std::size_t RowOf(double y, std::size_t rows) const {
    const double share = (y_.high - y) / (y_.high - y_.low);
    return static_cast<std::size_t>(std::lround(share * static_cast<double>(rows - 1)));
  }

  std::vector<SideName> Draw(Canvas& canvas, std::size_t rows) const {
    const auto at_x = [&](double x) {
      return std::lround((x - x_.low) / (x_.high - x_.low) *
                         static_cast<double>(canvas.dots_across() - 1));
    };
    const auto at_y = [&](double y) {
      return std::lround((y_.high - y) / (y_.high - y_.low) *
                         static_cast<double>(canvas.dots_down() - 1));
    };
    std::vector<SideName> names;
    for (const PlotLevel& level : plot_.levels) {
      if (!std::isfinite(level.y)) continue;
      constexpr std::ptrdiff_t kDash = 4;
      for (std::ptrdiff_t x = 0; x < static_cast<std::ptrdiff_t>(canvas.dots_across()); ++x) {
        if (x % kDash < kDash / 2) canvas.Dot(x, at_y(level.y), '-', kLevelColor);
      }
      names.push_back(
          {RowOf(level.y, rows), Colored(Cut(level.name, kWidestName), kLevelColor, style_)});
    }
    for (std::size_t c = 0; c < plot_.curves.size(); ++c) {
      const PlotCurve& curve = plot_.curves[c];
      const int color = kColors[c % std::size(kColors)];
      const char mark = static_cast<char>('a' + c % 26);
      std::optional<std::pair<double, double>> before;
      for (const auto& point : curve.points) {
        if (!std::isfinite(point.first) || !std::isfinite(point.second)) continue;
        const auto from = before.value_or(point);
        canvas.Line(at_x(from.first), at_y(from.second), at_x(point.first), at_y(point.second),
                    mark, color);
        before = point;
      }
      if (!before) continue;
      const std::string name = style_.braille ? curve.name : NameOf(curve, mark);
      names.push_back(
          {RowOf(before->second, rows), Colored(Cut(name, kWidestName), color, style_)});
    }
    Separate(names, rows);
    return names;
  }

  std::string Axis(std::size_t label_width, std::size_t width) const {
    std::string line, numbers = fmt::format("{:.6g}", x_.low);
    for (std::size_t i = 0; i < width; ++i) line += style_.braille ? "─" : "-";
    const std::string middle = plot_.x_name, last = fmt::format("{:.6g}", x_.high);
    const std::size_t room =
        width > numbers.size() + last.size() ? width - numbers.size() - last.size() : 0;
    const std::size_t gap = room > Width(middle) ? room - Width(middle) : 0;
    numbers += std::string(gap / 2, ' ') + middle + std::string(gap - gap / 2, ' ') + last;
    return fmt::format("{} {}{}\n{}{}\n", std::string(label_width, ' '), style_.braille ? "└" : "+",
                       line, std::string(label_width + 2, ' '), numbers);
  }

  const TextPlot& plot_;
  PlotStyle style_;
  Range x_, y_;
  std::vector<double> ticks_;
  std::size_t name_width_ = 0;
};

}  // namespace

std::vector<double> NiceTicks(double low, double high, std::size_t most) {
  if (!(high > low)) high = low + std::max(1.0, std::abs(low) * 1e-3);
  const double power =
      std::pow(10, std::floor(std::log10((high - low) / static_cast<double>(most))));
  for (double scale = 1;; scale *= 10) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double step = factor * scale * power;
      const double first = std::floor(low / step), last = std::ceil(high / step);
      if (last - first + 1 > static_cast<double>(most)) continue;
      std::vector<double> ticks;
      for (double k = first; k <= last; ++k) ticks.push_back(k * step);
      return ticks;
    }
  }
}

std::string DrawPlot(const TextPlot& plot, const PlotStyle& style) {
  return Drawing(plot, style).Text();
}

}  // namespace edgesim
