// Tests for experiments/setting_texts.cc: every setting has a text and every text its setting.
#include "experiments/setting_texts.h"

#include <gtest/gtest.h>

#include <set>

#include "experiments/setting_tree.h"

namespace edgesim {
namespace {

TEST(SettingTexts, PatternsFitPaths) {
  EXPECT_TRUE(Fits("a.b", "a.b"));
  EXPECT_FALSE(Fits("a.b", "a"));
  EXPECT_FALSE(Fits("a", "a.b"));
  EXPECT_TRUE(Fits("a.*.c", "a.b.c"));
  EXPECT_FALSE(Fits("a.*.c", "a.b.b.c"));
  EXPECT_TRUE(Fits("**.c", "c"));
  EXPECT_TRUE(Fits("**.b.c", "a.a.b.c"));
  EXPECT_FALSE(Fits("**.b.c", "b.c.a"));
  EXPECT_EQ(FindText(ExperimentTexts(), "nowhere"), nullptr);
}

void EachHasTheOther(const std::vector<Setting>& settings, std::span<const SettingText> texts,
                     std::size_t least) {
  std::set<std::string_view> used;
  const std::vector<const Setting*> all = Flattened(settings);
  for (const Setting* setting : all) {
    const SettingText* text = FindText(texts, setting->path);
    ASSERT_NE(text, nullptr) << setting->path << " has no text in experiments/setting_texts.cc";
    EXPECT_FALSE(text->meaning.empty()) << setting->path;
    EXPECT_EQ(text->meaning.find_first_of("|\n"), std::string_view::npos) << setting->path;
    used.insert(text->pattern);
  }
  EXPECT_GE(all.size(), least);
  for (const SettingText& text : texts)
    EXPECT_TRUE(used.contains(text.pattern)) << text.pattern << " is no setting's text";
}

TEST(SettingTexts, EverySettingHasATextAndEveryTextASetting) {
  EachHasTheOther(ExperimentSettings(), ExperimentTexts(), 200);
  EachHasTheOther(FidelitySettings(), FidelityTexts(), 24);
}

}  // namespace
}  // namespace edgesim
