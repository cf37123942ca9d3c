import QuanCore
