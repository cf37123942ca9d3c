@_exported public import QuanCore
@_exported public import QuanStore
@_exported public import QuanSync
