#include "tests/bench/bench_peers.h"

#include <omp.h>

#include <Eigen/Core>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>

#include "tests/bench/bench_kernels.h"
#ifdef EDGESIM_HAS_ONEDNN
#include <dnnl.hpp>
#endif

namespace edgesim::bench {

namespace {

double OperationsOf(const Shape& shape, std::size_t n, std::size_t products) {
  return 2.0 * static_cast<double>(products * n * shape.rows * shape.columns);
}

}  // namespace

#ifdef EDGESIM_HAS_ONEDNN

namespace {

using dnnl::memory;

// Weights and activations of one shape. Packed weights are shared by all products that want the
// same layout.
class OneDnnProblem {
 public:
  OneDnnProblem(const Shape& shape, std::size_t memory_bytes)
      : shape_(shape),
        copies_(CopiesOf(static_cast<double>(shape.rows * shape.columns),
                         static_cast<double>(memory_bytes))) {}

  // The product of n columns on so many threads; made at its first call.
  void Run(std::size_t n, int threads) {
    omp_set_num_threads(threads);
    auto [at, is_new] = products_.try_emplace({n, threads});
    if (is_new) at->second = Make(n);
    Product& product = at->second;
    for (std::size_t i = 0; i < Products(n); ++i, ++product.next) {
      product.matmul.execute(stream_,
                             {{DNNL_ARG_SRC, product.x},
                              {DNNL_ARG_WEIGHTS, product.packed->copies[product.next % copies_]},
                              {DNNL_ARG_DST, product.out}});
    }
    stream_.wait();
    last_ = &product;
  }

  // Of the product that ran last.
  double Checksum() const {
    const auto* values = static_cast<const std::int32_t*>(last_->out.get_data_handle());
    const std::size_t count = last_->out.get_desc().get_size() / sizeof(std::int32_t);
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += values[i];
    return sum;
  }

  std::size_t Products(std::size_t n) const { return ProductsOf(shape_, n, copies_); }

 private:
  struct Packed {
    memory::desc layout;
    std::vector<memory> copies;
  };
  struct Product {
    dnnl::matmul matmul;
    memory x, out;
    std::shared_ptr<Packed> packed;
    std::size_t next = 0;
  };

  Product Make(std::size_t n) {
    const auto rows = static_cast<memory::dim>(shape_.rows),
               columns = static_cast<memory::dim>(shape_.columns),
               count = static_cast<memory::dim>(n);
    using Type = memory::data_type;
    using Tag = memory::format_tag;
    const memory::desc x({count, columns}, Type::u8, Tag::ab);
    const memory::desc weights({columns, rows}, Type::s8, Tag::any);
    const memory::desc out({count, rows}, Type::s32, Tag::ab);
#if DNNL_VERSION_MAJOR < 3
    const dnnl::matmul::primitive_desc chosen(dnnl::matmul::desc(x, weights, out), engine_);
#else
    const dnnl::matmul::primitive_desc chosen(engine_, x, weights, out);
#endif
    Product product{dnnl::matmul(chosen), memory(x, engine_), memory(out, engine_),
                    PackedAs(chosen.weights_desc())};
    std::memset(product.x.get_data_handle(), 3, x.get_size());
    return product;
  }

  std::shared_ptr<Packed> PackedAs(const memory::desc& layout) {
    for (const auto& packed : packed_) {
      if (packed->layout == layout) return packed;
    }
    const memory::desc plain(
        {static_cast<memory::dim>(shape_.columns), static_cast<memory::dim>(shape_.rows)},
        memory::data_type::s8, memory::format_tag::ba);
    memory from(plain, engine_);
    auto* bytes = static_cast<std::int8_t*>(from.get_data_handle());
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < plain.get_size(); ++i) {
      state = state * 1664525U + 1013904223U;
      bytes[i] = static_cast<std::int8_t>(state >> 24);
    }
    auto packed = std::make_shared<Packed>(Packed{layout, {}});
    for (std::size_t i = 0; i < copies_; ++i) {
      memory& to = packed->copies.emplace_back(layout, engine_);
      dnnl::reorder(from, to).execute(stream_, from, to);
    }
    stream_.wait();
    return packed_.emplace_back(std::move(packed));
  }

  Shape shape_;
  std::size_t copies_;
  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream_{engine_};
  std::vector<std::shared_ptr<Packed>> packed_;
  std::map<std::pair<std::size_t, int>, Product> products_;
  const Product* last_ = nullptr;
};

}  // namespace

std::string OneDnnVersion() {
  const dnnl_version_t* version = dnnl_version();
  return std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
         std::to_string(version->patch);
}

std::vector<Contender> OneDnnPeers(const Shape& shape, std::size_t memory_bytes) {
  const auto problem = std::make_shared<OneDnnProblem>(shape, memory_bytes);
  std::vector<Contender> contenders;
  for (const std::size_t n : kColumnCounts) {
    const std::size_t products = problem->Products(n);
    contenders.push_back(
        {Kind::kPeer, kOneDnn, n, static_cast<double>(products * shape.rows * shape.columns),
         OperationsOf(shape, n, products), [=](int threads) { problem->Run(n, threads); },
         [=] { return problem->Checksum(); }, true});
  }
  return contenders;
}

#else

std::string OneDnnVersion() { return "not installed"; }

std::vector<Contender> OneDnnPeers(const Shape&, std::size_t) { return {}; }

#endif

namespace {

using Weights = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct EigenWeights {
  std::vector<Weights> copies;
  std::size_t next = 0;
};

}  // namespace

std::vector<Contender> EigenPeers(const Shape& shape, std::size_t memory_bytes) {
  const auto rows = static_cast<Eigen::Index>(shape.rows),
             columns = static_cast<Eigen::Index>(shape.columns);
  const double bytes = 4.0 * static_cast<double>(shape.rows * shape.columns);
  const std::vector<float> values = UniformFloats(shape.rows * shape.columns);
  const auto weights = std::make_shared<EigenWeights>();
  weights->copies.assign(CopiesOf(bytes, static_cast<double>(memory_bytes)),
                         Eigen::Map<const Weights>(values.data(), rows, columns));
  std::vector<Contender> contenders;
  for (const std::size_t n : {std::size_t{1}, std::size_t{512}}) {
    const std::size_t products = ProductsOf(shape, n, weights->copies.size());
    const std::vector<float> x = UniformFloats(n * shape.columns);
    const auto count = static_cast<Eigen::Index>(n);
    const Eigen::MatrixXf activations = Eigen::Map<const Eigen::MatrixXf>(x.data(), columns, count);
    const auto out = std::make_shared<Eigen::MatrixXf>(rows, count);
    const auto run = [=](int threads) {
      Eigen::setNbThreads(threads);
      for (std::size_t i = 0; i < products; ++i) {
        const Weights& w = weights->copies[weights->next++ % weights->copies.size()];
        if (n == 1) {
          out->col(0).noalias() = w * activations.col(0);
        } else {
          out->noalias() = w * activations;
        }
      }
    };
    contenders.push_back({Kind::kPeer, kEigen, n, static_cast<double>(products) * bytes,
                          OperationsOf(shape, n, products), run,
                          [=] { return out->cast<double>().sum(); }, true});
  }
  return contenders;
}

}  // namespace edgesim::bench
