// module TensorFormats
