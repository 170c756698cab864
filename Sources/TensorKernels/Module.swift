// module TensorKernels
