"""Who stands beside a comparison? People who agreed to it, or nobody who lives; never a wearer."""
