package app

// FirstAdmin is the step of the first start that a node which was thought dead
// must not make.
var FirstAdmin = (*App).firstAdmin
