# Written by sallyport 0.0.0 from input c099a1f557d04ca3

location = "westeurope"
