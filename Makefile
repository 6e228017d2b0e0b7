# Everything lives in ./run; this forwards, for hands that type make.
VERBS = demo test setup check golden mutate bench faults lock
.PHONY: help $(VERBS)
help:
	@./run
$(VERBS):
	@./run $@
