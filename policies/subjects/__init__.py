"""What several rules know of one subject: databases, disks, guests, address lists, the notice."""
