#include "calibration/model_run.h"

#include <gtest/gtest.h>
#include <tbb/task_arena.h>

#include "devices/weights.h"
#include "tests/support/shipped_cards.h"

namespace edgesim {
namespace {

ModelCard SmallMoe() {
  ModelCard card = SmallCard();
  card.shape->moe = MoeShape{.experts = 6, .active = 2, .expert_ffn = 256};
  card.shape->ffn = 0;
  card.shape->qk_norm = true;
  card.shape->tied_embeddings = false;
  return card;
}

std::size_t ChosenAfter(const ModelCard& card, const std::vector<ForwardPass>& passes,
                        kernels::Isa isa, int threads = 1) {
  return tbb::task_arena(threads).execute([&] {
    ModelRun run(card, "q8_0", 32, isa);
    for (const ForwardPass& pass : passes) {
      run.Prepare(pass);
      run.Run();
    }
    return run.Chosen();
  });
}

TEST(ModelRun, TokenByTokenChoosesAsAPromptInOneGoDoes) {
  for (const ModelCard& card : {SmallCard(), SmallMoe()}) {
    const std::size_t whole =
        ChosenAfter(card, {{.tokens = 5}, {.tokens = 1, .context = 5}}, kernels::Isa::kScalar);
    EXPECT_EQ(ChosenAfter(card,
                          {{.tokens = 1},
                           {.tokens = 3, .context = 1},
                           {.tokens = 1, .context = 4},
                           {.tokens = 1, .context = 5}},
                          kernels::Isa::kScalar),
              whole);
    for (const kernels::Isa isa : kernels::AvailableIsas()) {
      EXPECT_EQ(ChosenAfter(card, {{.tokens = 5}, {.tokens = 1, .context = 5}}, isa, 2), whole)
          << kernels::NameOf(isa);
    }
  }
}

TEST(ModelRun, HoldsTheBytesThatTheCardPredicts) {
  const ModelCard card = SmallMoe();
  ModelRun run(card, "q8_0", 32, kernels::FastestIsa());
  EXPECT_EQ(run.weight_bytes(), WeightBytes(card, "q8_0").value());
  EXPECT_EQ(run.cache_bytes(), KvCacheBytes(card, 32));
  run.Prepare({.tokens = 16});
  run.Run();
  const MemoryNeed need = PeakMemory(card, "q8_0", 32, {.tokens = 16});
  EXPECT_GE(run.buffer_bytes(), need.buffers);
}

TEST(ModelRun, EveryShapeOfTheCatalogueHasItsKernels) {
  for (const auto& [name, shipped] : ShippedCards()) {
    if (!shipped.shape) continue;
    ModelCard card = shipped;
    // The same operations, thinner and fewer.
    ModelShape& shape = *card.shape;
    shape.layers = 2;
    shape.vocab = 512;
    shape.hidden = 256;
    shape.ffn = shape.ffn == 0 ? 0 : 512;
    shape.heads = 2 * shape.heads / shape.kv_heads;
    shape.kv_heads = 2;
    shape.head_dim = 32;
    if (shape.moe) shape.moe->expert_ffn = 256;
    ModelRun run(card, "q4_k_m", 16, kernels::FastestIsa());
    run.Prepare({.tokens = 3});
    run.Run();
    run.Prepare({.tokens = 1, .context = 3});
    run.Run();
    EXPECT_LT(run.Chosen(), 512U) << name;
  }
}

}  // namespace
}  // namespace edgesim
