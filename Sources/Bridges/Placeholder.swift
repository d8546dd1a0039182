// Bridges
