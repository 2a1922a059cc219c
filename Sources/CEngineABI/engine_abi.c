// The header is the contract; this file lets the package manager build the target.
