test: ## swift test
	swift test
.PHONY: test
